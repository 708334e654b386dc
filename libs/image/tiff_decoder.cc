// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include <tiffio.h>

#include "absl/strings/str_cat.h"

#include "libs/image/codecs.h"
#include "libs/image/on_white.h"

namespace lookalike {
namespace {

constexpr uint64_t kAnyLimit = uint64_t{1} << 40;  // bytes; more than anyone allows, and small enough to be multiplied
constexpr int64_t kWorkingBytes = 1 << 21;         // tables of colours and of codes, and the directory

// Those that shops and scanners write. Old-style JPEG, JBIG and whatever is new are left out: rare, and where most of
// libtiff's faults have been.
constexpr uint16_t kCompressions[] = {COMPRESSION_NONE,          COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,
                                      COMPRESSION_CCITTFAX4,     COMPRESSION_LZW,      COMPRESSION_JPEG,
                                      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS, COMPRESSION_DEFLATE};

// The file as libtiff reads it, and the first thing that libtiff had to say of it.
struct TiffInput {
  absl::string_view bytes;
  uint64_t offset = 0;
  char message[256] = "";
};

TiffInput& InputOf(thandle_t handle) { return *static_cast<TiffInput*>(handle); }

tmsize_t Read(thandle_t handle, void* to, tmsize_t count) {
  TiffInput& input = InputOf(handle);
  if (count <= 0 || input.offset >= input.bytes.size()) return 0;
  const size_t taken = std::min<size_t>(static_cast<size_t>(count), input.bytes.size() - input.offset);
  std::memcpy(to, input.bytes.data() + input.offset, taken);
  input.offset += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t RefuseToWrite(thandle_t /*handle*/, void* /*from*/, tmsize_t /*count*/) { return 0; }

toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  TiffInput& input = InputOf(handle);
  const uint64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? input.offset : input.bytes.size();
  input.offset = from + offset;
  return input.offset;
}

int Close(thandle_t /*handle*/) { return 0; }

toff_t Size(thandle_t handle) { return InputOf(handle).bytes.size(); }

// Both return 1: nobody else need be told, which is to say, nothing is printed.
int KeepFirstError(TIFF* /*tiff*/, void* user_data, const char* /*module*/, const char* format, va_list arguments) {
  TiffInput& input = *static_cast<TiffInput*>(user_data);
  if (input.message[0] == '\0') std::vsnprintf(input.message, sizeof(input.message), format, arguments);
  return 1;
}
int IgnoreWarning(TIFF* /*tiff*/, void* /*user_data*/, const char* /*module*/, const char* /*format*/, va_list) {
  return 1;
}

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, CloseTiff>;

// "m": no mapping of memory, so that libtiff reads by our functions alone. Only the first directory is read.
TiffHandle Open(TiffInput& input, int64_t max_memory) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), max_memory + kWorkingBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), KeepFirstError, &input);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), IgnoreWarning, nullptr);
  return TiffHandle(TIFFClientOpenExt("image", "rm", &input, Read, RefuseToWrite, Seek, Close, Size, nullptr, nullptr,
                                      options.get()));
}

template <typename Number>
Number Field(TIFF* tiff, uint32_t tag) {
  Number value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

// Of a strip or a tile: as it lies in the file, unpacked, and what an unpacker of JPEG keeps.
int64_t PieceBytes(TIFF* tiff, const EncodedPicture& picture) {
  const uint64_t stated = TIFFIsTiled(tiff) ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff);
  const auto piece = static_cast<int64_t>(std::min(stated, kAnyLimit));
  const bool separate = Field<uint16_t>(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  const int64_t planes = separate ? std::min<int64_t>(Field<uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL), 4) : 1;
  const int64_t unpacker = Field<uint16_t>(tiff, TIFFTAG_COMPRESSION) == COMPRESSION_JPEG ? 3 : 0;
  return piece * (planes + unpacker) + static_cast<int64_t>(picture.bytes.size());
}

absl::Status Check(TIFF* tiff, const EncodedPicture& picture) {
  const int64_t width = Field<uint32_t>(tiff, TIFFTAG_IMAGEWIDTH), height = Field<uint32_t>(tiff, TIFFTAG_IMAGELENGTH);
  if (absl::Status status = CheckSameSize(width, height, picture.header); !status.ok()) return status;
  const uint16_t compression = Field<uint16_t>(tiff, TIFFTAG_COMPRESSION);
  if (std::find(std::begin(kCompressions), std::end(kCompressions), compression) == std::end(kCompressions)) {
    return absl::InvalidArgumentError(absl::StrCat("image: a TIFF of compression ", compression, " is not known"));
  }
  return CheckMemory(4 * width * height + PieceBytes(tiff, picture) + kWorkingBytes, picture.max_memory);
}

// libtiff multiplies colours by their alpha, but not grey.
bool IsMultiplied(const TIFFRGBAImage& reader) {
  const bool grey = reader.photometric == PHOTOMETRIC_MINISBLACK || reader.photometric == PHOTOMETRIC_MINISWHITE;
  return !grey || reader.alpha != EXTRASAMPLE_UNASSALPHA;
}

// From libtiff's pixels, 32 bits with red below and the alpha above, to red, green and blue on white, in the same
// memory.
void LayRasterOnWhite(std::vector<uint8_t>& pixels, bool multiplied) {
  const size_t count = pixels.size() / 4;
  for (size_t i = 0; i < count; ++i) {
    uint32_t pixel = 0;
    std::memcpy(&pixel, &pixels[4 * i], sizeof(pixel));
    const uint32_t alpha = TIFFGetA(pixel);
    for (size_t channel = 0; channel < 3; ++channel) {
      const uint32_t value = pixel >> 8 * channel & 255;
      pixels[3 * i + channel] = multiplied ? static_cast<uint8_t>(std::min(value + 255 - alpha, 255u))
                                           : OnWhite(static_cast<int>(value), static_cast<int>(alpha));
    }
  }
  pixels.resize(3 * count);
}

absl::StatusOr<Image> Decode(const EncodedPicture& picture) {
  TiffInput input{.bytes = picture.bytes};
  const TiffHandle tiff = Open(input, picture.max_memory);
  if (tiff == nullptr) return DamagedData(input.message);
  if (absl::Status status = Check(tiff.get(), picture); !status.ok()) return status;
  constexpr int kStopOnError = 1;
  char reason[1024] = "";
  TIFFRGBAImage reader;
  if (!TIFFRGBAImageOK(tiff.get(), reason) || !TIFFRGBAImageBegin(&reader, tiff.get(), kStopOnError, reason)) {
    return DamagedData(reason[0] != '\0' ? reason : input.message);
  }
  const std::unique_ptr<TIFFRGBAImage, void (*)(TIFFRGBAImage*)> end(&reader, TIFFRGBAImageEnd);
  reader.req_orientation = reader.orientation;  // as stored: we turn it afterwards
  Image image{.width = static_cast<int>(reader.width), .height = static_cast<int>(reader.height), .pixels = {}};
  image.pixels.resize(size_t{4} * reader.width * reader.height);
  auto* raster = reinterpret_cast<uint32_t*>(image.pixels.data());
  if (!TIFFRGBAImageGet(&reader, raster, reader.width, reader.height)) return DamagedData(input.message);
  LayRasterOnWhite(image.pixels, IsMultiplied(reader));
  return image;
}

}  // namespace

absl::StatusOr<Image> DecodeTiff(const EncodedPicture& picture) {
  return WithoutExceptions([&] { return Decode(picture); });
}

}  // namespace lookalike
