// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <utility>

#include <gif_lib.h>

#include "absl/strings/str_cat.h"

#include "libs/image/codecs.h"

namespace lookalike {
namespace {

constexpr int64_t kWorkingBytes = 1 << 17;  // giflib's tables of codes, and a row
constexpr uint8_t kWhite = 255;

// One file on its way through giflib, which calls back for its bytes.
class GifDecoder {
 public:
  explicit GifDecoder(const EncodedPicture& picture) : picture_(picture) {}
  ~GifDecoder() { DGifCloseFile(gif_, nullptr); }
  GifDecoder(const GifDecoder&) = delete;
  GifDecoder& operator=(const GifDecoder&) = delete;

  absl::StatusOr<Image> Decode() {
    int error = 0;
    gif_ = DGifOpen(this, Read, &error);
    if (gif_ == nullptr) return Damaged(error);
    if (!FindFirstFrame()) return Damaged(gif_->Error);
    const GifImageDesc& frame = gif_->Image;
    const int64_t width = std::max<int64_t>(gif_->SWidth, int64_t{frame.Left} + frame.Width);
    const int64_t height = std::max<int64_t>(gif_->SHeight, int64_t{frame.Top} + frame.Height);
    if (absl::Status status = CheckSameSize(width, height, picture_.header); !status.ok()) return status;
    const int64_t needed = 3 * width * height + kWorkingBytes;
    if (absl::Status status = CheckMemory(needed, picture_.max_memory); !status.ok()) return status;
    colors_ = frame.ColorMap != nullptr ? frame.ColorMap : gif_->SColorMap;
    if (colors_ == nullptr) return DamagedData("it has no table of colours");
    Image image{.width = static_cast<int>(width), .height = static_cast<int>(height), .pixels = {}};
    image.pixels.assign(size_t{3} * image.width * image.height, kWhite);
    if (!ReadFrame(image)) return Damaged(gif_->Error);
    return image;
  }

 private:
  static int Read(GifFileType* gif, GifByteType* to, int count) {
    absl::string_view& rest = static_cast<GifDecoder*>(gif->UserData)->rest_;
    const size_t taken = std::min(rest.size(), static_cast<size_t>(count));
    std::memcpy(to, rest.data(), taken);
    rest.remove_prefix(taken);
    return static_cast<int>(taken);
  }

  static absl::Status Damaged(int error) {
    const char* message = GifErrorString(error);
    return DamagedData(message != nullptr ? message : "GIF");
  }

  // Reads up to the descriptor of the first frame; the last extension before it that names a transparent colour holds.
  bool FindFirstFrame() {
    while (true) {
      GifRecordType record = UNDEFINED_RECORD_TYPE;
      if (DGifGetRecordType(gif_, &record) == GIF_ERROR) return false;
      if (record == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif_) == GIF_OK;
      if (record != EXTENSION_RECORD_TYPE || !ReadExtension()) return false;
    }
  }

  bool ReadExtension() {
    int code = 0;
    GifByteType* block = nullptr;  // its length, then so many bytes
    if (DGifGetExtension(gif_, &code, &block) == GIF_ERROR) return false;
    while (block != nullptr) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
        transparent_ = control.TransparentColor;
      }
      if (DGifGetExtensionNext(gif_, &block) == GIF_ERROR) return false;
    }
    return true;
  }

  bool ReadFrame(Image& image) {
    // Rows of an interlaced frame come in four passes.
    struct Pass {
      int first, step;
    };
    static constexpr Pass kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}}, kInOrder[] = {{0, 1}};
    const GifImageDesc& frame = gif_->Image;
    std::vector<GifPixelType> row(frame.Width);
    const Pass* passes = frame.Interlace ? kInterlaced : kInOrder;
    for (int pass = 0; pass < (frame.Interlace ? 4 : 1); ++pass) {
      for (int y = passes[pass].first; y < frame.Height; y += passes[pass].step) {
        if (DGifGetLine(gif_, row.data(), frame.Width) == GIF_ERROR) return false;
        const size_t begin = size_t{3} * (size_t(image.width) * (frame.Top + y) + frame.Left);
        PaintRow(row, &image.pixels[begin]);
      }
    }
    return true;
  }

  // A number beyond the table leaves the white of the screen, as a transparent one does.
  void PaintRow(const std::vector<GifPixelType>& row, uint8_t* to) const {
    for (const GifPixelType number : row) {
      if (number != transparent_ && number < colors_->ColorCount) {
        const GifColorType& color = colors_->Colors[number];
        to[0] = color.Red, to[1] = color.Green, to[2] = color.Blue;
      }
      to += 3;
    }
  }

  const EncodedPicture& picture_;
  absl::string_view rest_ = picture_.bytes;
  GifFileType* gif_ = nullptr;
  const ColorMapObject* colors_ = nullptr;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

absl::StatusOr<Image> DecodeGif(const EncodedPicture& picture) {
  return WithoutExceptions([&] { return GifDecoder(picture).Decode(); });
}

}  // namespace lookalike
