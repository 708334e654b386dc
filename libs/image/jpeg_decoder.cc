// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <new>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include "libs/image/codecs.h"

namespace lookalike {
namespace {

// Of buffers for rows, for each pixel of the width: three components, doubled by upsampling, in two groups of up to
// 32 rows.
constexpr int64_t kRowBufferBytes = 400;

// libjpeg calls back where it would end the program or print. It is C, so that no exception may pass through it: we
// jump. Nothing that has a destructor may come to life between setjmp() and the calls that jump.
struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg hands out a pointer to it
  std::jmp_buf failed;
  char message[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void Fail(j_common_ptr common) {
  auto* errors = reinterpret_cast<ErrorManager*>(common->err);
  errors->base.format_message(common, errors->message);
  std::longjmp(errors->failed, 1);
}

// Where the compressed data is damaged libjpeg only warns, and fills up with grey. Other warnings are of no account.
void JudgeWarning(j_common_ptr common, int level) {
  if (level >= 0) return;  // a trace
  switch (common->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      Fail(common);
  }
}

void PrintNothing(j_common_ptr /*common*/) {}

// One file on its way through libjpeg.
class JpegDecoder {
 public:
  explicit JpegDecoder(const EncodedPicture& picture, int reduction) : picture_(picture), reduction_(reduction) {
    state_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = Fail;
    errors_.base.emit_message = JudgeWarning;
    errors_.base.output_message = PrintNothing;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&state_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  absl::StatusOr<Image> Decode() {
    if (!ReadHeader()) return DamagedData(errors_.message);
    if (absl::Status status = Check(); !status.ok()) return status;
    image_ = NewImage(static_cast<int>(state_.output_width), static_cast<int>(state_.output_height));
    if (state_.out_color_space == JCS_CMYK) inks_.resize(size_t{4} * state_.output_width);
    if (!ReadPixels()) return DamagedData(errors_.message);
    return std::move(image_);
  }

 private:
  bool ReadHeader() {
    if (setjmp(errors_.failed) != 0) return false;
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(picture_.bytes.data()),
                 static_cast<unsigned long>(picture_.bytes.size()));
    jpeg_read_header(&state_, TRUE);
    const bool inks = state_.jpeg_color_space == JCS_CMYK || state_.jpeg_color_space == JCS_YCCK;
    state_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    state_.scale_num = 1;
    state_.scale_denom = static_cast<unsigned>(reduction_);
    jpeg_calc_output_dimensions(&state_);
    return true;
  }

  // Of the coefficients, which libjpeg keeps for the whole picture where it comes in several scans.
  int64_t CoefficientBytes() {
    if (!jpeg_has_multiple_scans(&state_)) return 0;
    int64_t blocks = 0;
    for (int i = 0; i < state_.num_components; ++i) {
      const jpeg_component_info& component = state_.comp_info[i];
      blocks += (int64_t{component.width_in_blocks} + component.h_samp_factor) *
                (int64_t{component.height_in_blocks} + component.v_samp_factor);
    }
    return blocks * static_cast<int64_t>(sizeof(JBLOCK));
  }

  absl::Status Check() {
    const absl::Status status = CheckSameSize(state_.image_width, state_.image_height, picture_.header);
    if (!status.ok()) return status;
    const int64_t pixels = int64_t{3} * state_.output_width * state_.output_height;
    return CheckMemory(pixels + CoefficientBytes() + kRowBufferBytes * state_.image_width, picture_.max_memory);
  }

  bool ReadPixels() {
    if (setjmp(errors_.failed) != 0) return false;
    jpeg_start_decompress(&state_);
    while (state_.output_scanline < state_.output_height) {
      uint8_t* row = &image_.pixels[size_t{3} * image_.width * state_.output_scanline];
      JSAMPROW target = inks_.empty() ? row : inks_.data();
      jpeg_read_scanlines(&state_, &target, 1);
      if (!inks_.empty()) MixInks(row);
    }
    jpeg_finish_decompress(&state_);
    return true;
  }

  // Of light, each ink lets through what it does not cover; so it is without a profile of inks and paper.
  void MixInks(uint8_t* row) const {
    const int flip = state_.saw_Adobe_marker ? 0 : 255;  // Adobe stores the light that is left
    for (int x = 0; x < image_.width; ++x) {
      const int black = inks_[4 * x + 3] ^ flip;
      for (int channel = 0; channel < 3; ++channel) {
        row[3 * x + channel] = static_cast<uint8_t>(((inks_[4 * x + channel] ^ flip) * black + 127) / 255);
      }
    }
  }

  const EncodedPicture& picture_;
  const int reduction_;
  ErrorManager errors_ = {};
  jpeg_decompress_struct state_ = {};
  Image image_;
  std::vector<uint8_t> inks_;  // a row of cyan, magenta, yellow and black
};

}  // namespace

absl::StatusOr<Image> DecodeJpeg(const EncodedPicture& picture, int reduction) {
  return WithoutExceptions([&] { return JpegDecoder(picture, reduction).Decode(); });
}

}  // namespace lookalike
