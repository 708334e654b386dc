// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csetjmp>
#include <cstring>

#include <png.h>

#include "libs/image/codecs.h"
#include "libs/image/on_white.h"

namespace lookalike {
namespace {

constexpr int64_t kMaxRowBytesPerPixel = 8;  // four channels of 16 bits
constexpr int64_t kRowBuffers = 3;           // libpng's: this row, the one before, and the end of the compressed data
constexpr int64_t kInflateBytes = 1 << 17;   // zlib's window, and libpng's buffers

// One file on its way through libpng. libpng is C and ends an error by a jump: nothing that has a destructor may come
// to life between setjmp() and the calls that jump.
class PngDecoder {
 public:
  explicit PngDecoder(const EncodedPicture& picture) : picture_(picture) {}
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  absl::StatusOr<Image> Decode() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, Fail, PrintNothing);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) return absl::ResourceExhaustedError("image: out of memory");
    if (!ReadHeader()) return DamagedData(message_);
    if (absl::Status status = Check(); !status.ok()) return status;
    image_ = {.width = static_cast<int>(width_), .height = static_cast<int>(height_), .pixels = {}};
    image_.pixels.resize(size_t{width_} * height_ * channels_);
    if (!ReadPixels()) return DamagedData(message_);
    if (channels_ == 4) LayOnWhite(image_.pixels);
    return std::move(image_);
  }

 private:
  static PngDecoder& Of(png_structp png) { return *static_cast<PngDecoder*>(png_get_error_ptr(png)); }

  [[noreturn]] static void Fail(png_structp png, png_const_charp message) {
    std::strncpy(Of(png).message_, message, sizeof(message_) - 1);
    png_longjmp(png, 1);
  }

  static void PrintNothing(png_structp /*png*/, png_const_charp /*message*/) {}

  static void Read(png_structp png, png_bytep to, size_t count) {
    absl::string_view& rest = static_cast<PngDecoder*>(png_get_io_ptr(png))->rest_;
    if (count > rest.size()) png_error(png, "it ends early");
    std::memcpy(to, rest.data(), count);
    rest.remove_prefix(count);
  }

  // Everything is turned to 8-bit RGB, with alpha where there is any.
  bool ReadHeader() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    // Texts, profiles and the like: passed over unread, and so not unpacked.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_read_fn(png_, this, Read);
    png_read_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
    png_set_scale_16(png_);
    png_set_expand(png_);
    png_set_gray_to_rgb(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    channels_ = png_get_channels(png_, info_);
    return true;
  }

  absl::Status Check() const {
    if (absl::Status status = CheckSameSize(width_, height_, picture_.header); !status.ok()) return status;
    if (channels_ != 3 && channels_ != 4) return DamagedData("it has neither three nor four channels");
    const int64_t pixels = int64_t{width_} * height_ * channels_;
    const int64_t rows = kRowBuffers * kMaxRowBytesPerPixel * width_;
    return CheckMemory(pixels + rows + kInflateBytes, picture_.max_memory);
  }

  bool ReadPixels() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    for (int pass = 0; pass < passes_; ++pass) {
      for (uint32_t y = 0; y < height_; ++y) {
        png_read_row(png_, &image_.pixels[size_t{width_} * channels_ * y], nullptr);
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  const EncodedPicture& picture_;
  absl::string_view rest_ = picture_.bytes;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  uint32_t width_ = 0, height_ = 0;
  uint32_t channels_ = 0;
  int passes_ = 1;
  Image image_;
  char message_[128] = "";
};

}  // namespace

absl::StatusOr<Image> DecodePng(const EncodedPicture& picture) {
  return WithoutExceptions([&] { return PngDecoder(picture).Decode(); });
}

}  // namespace lookalike
