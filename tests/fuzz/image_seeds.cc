// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/image_seeds.h"

#include <cstdlib>
#include <cstring>

#include <gif_lib.h>
#include <png.h>
#include <webp/encode.h>

namespace lookalike {
namespace {

void Require(bool done) {
  if (!done) std::abort();
}

const uint8_t* PixelOf(const Image& image, int x, int y) {
  return &image.pixels[(static_cast<size_t>(y) * image.width + x) * 3];
}

int AlphaAt(const Image& image, int x) { return x < image.width / 2 ? 255 : 0; }

std::vector<uint8_t> WithAlpha(const Image& image) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* from = PixelOf(image, x, y);
      pixels.insert(pixels.end(), {from[0], from[1], from[2], static_cast<uint8_t>(AlphaAt(image, x))});
    }
  }
  return pixels;
}

// A row as PNG stores it: 16-bit channels twice the 8-bit value, grey taken from the green.
std::vector<uint8_t> PngRow(const Image& image, int y, const PngKind& kind) {
  std::vector<uint8_t> row;
  if (kind.bits == 1) row.resize((image.width + 7) / 8);
  for (int x = 0; x < image.width; ++x) {
    const uint8_t* from = PixelOf(image, x, y);
    if (kind.bits == 1) {
      row[x / 8] |= static_cast<uint8_t>((from[1] >> 7) << (7 - x % 8));
      continue;
    }
    std::vector<int> channels = kind.grey ? std::vector<int>{from[1]} : std::vector<int>{from[0], from[1], from[2]};
    if (kind.alpha) channels.push_back(AlphaAt(image, x));
    for (const int channel : channels) row.insert(row.end(), kind.bits / 8, static_cast<uint8_t>(channel));
  }
  return row;
}

// A colour of 3 bits of red and green and 2 of blue, as its number.
uint8_t GifNumber(const uint8_t* pixel) {
  return static_cast<uint8_t>((pixel[0] >> 5 << 5) | (pixel[1] >> 5 << 2) | pixel[2] >> 6);
}

ColorMapObject* GifColors() {
  ColorMapObject* colors = GifMakeMapObject(256, nullptr);
  Require(colors != nullptr);
  for (int i = 0; i < 256; ++i) {
    colors->Colors[i] = {static_cast<uint8_t>((i >> 5) * 255 / 7), static_cast<uint8_t>((i >> 2 & 7) * 255 / 7),
                         static_cast<uint8_t>((i & 3) * 255 / 3)};
  }
  return colors;
}

void PutLittleEndian(std::string& bytes, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> 8 * i & 255));
}

}  // namespace

std::string MakePng(const Image& image, const PngKind& kind) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  Require(setjmp(png_jmpbuf(png)) == 0);
  const auto append = [](png_structp writer, png_bytep data, size_t size) {
    static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(data), size);
  };
  png_set_write_fn(png, &bytes, append, nullptr);
  const int color = (kind.grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB) | (kind.alpha ? PNG_COLOR_MASK_ALPHA : 0);
  png_set_IHDR(png, info, image.width, image.height, kind.bits, color,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < image.height; ++y) png_write_row(png, PngRow(image, y, kind).data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::string MakeWebp(const Image& image, bool lossless, bool alpha) {
  const std::vector<uint8_t> pixels = alpha ? WithAlpha(image) : image.pixels;
  const int width = image.width, height = image.height, stride = width * (alpha ? 4 : 3);
  constexpr float kQuality = 90;
  uint8_t* encoded = nullptr;
  size_t size = 0;
  if (lossless) {
    const auto encode = alpha ? WebPEncodeLosslessRGBA : WebPEncodeLosslessRGB;
    size = encode(pixels.data(), width, height, stride, &encoded);
  } else {
    const auto encode = alpha ? WebPEncodeRGBA : WebPEncodeRGB;
    size = encode(pixels.data(), width, height, stride, kQuality, &encoded);
  }
  Require(size > 0);
  std::string bytes(reinterpret_cast<const char*>(encoded), size);
  WebPFree(encoded);
  return bytes;
}

std::string MakeGif(const Image& image, const GifKind& kind) {
  std::string bytes;
  int error = 0;
  const auto append = [](GifFileType* gif, const GifByteType* data, int size) {
    static_cast<std::string*>(gif->UserData)->append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    return size;
  };
  GifFileType* gif = EGifOpen(&bytes, append, &error);
  Require(gif != nullptr);
  EGifSetGifVersion(gif, true);
  ColorMapObject* colors = GifColors();
  const int screen_width = kind.screen_width == 0 ? image.width : kind.screen_width;
  const int screen_height = kind.screen_height == 0 ? image.height : kind.screen_height;
  Require(EGifPutScreenDesc(gif, screen_width, screen_height, 8, 0, colors) == GIF_OK);
  if (kind.transparent >= 0) {
    const GraphicsControlBlock control = {DISPOSAL_UNSPECIFIED, false, 0, kind.transparent};
    GifByteType block[4];
    EGifGCBToExtension(&control, block);
    Require(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof(block), block) == GIF_OK);
  }
  Require(EGifPutImageDesc(gif, kind.left, kind.top, image.width, image.height, kind.interlaced, nullptr) == GIF_OK);
  const std::vector<std::pair<int, int>> passes = kind.interlaced
                                                      ? std::vector<std::pair<int, int>>{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
                                                      : std::vector<std::pair<int, int>>{{0, 1}};
  for (const auto& [first, step] : passes) {
    for (int y = first; y < image.height; y += step) {
      std::vector<GifPixelType> row;
      for (int x = 0; x < image.width; ++x) row.push_back(GifNumber(PixelOf(image, x, y)));
      Require(EGifPutLine(gif, row.data(), image.width) == GIF_OK);
    }
  }
  Require(EGifCloseFile(gif, &error) == GIF_OK);
  GifFreeMapObject(colors);
  return bytes;
}

std::string MakeBmp(const Image& image) {
  const uint32_t row_size = (static_cast<uint32_t>(image.width) * 3 + 3) / 4 * 4;
  std::string bytes = "BM";
  for (const uint32_t number : {54 + row_size * image.height, 0u, 54u, 40u, static_cast<uint32_t>(image.width),
                                static_cast<uint32_t>(image.height)}) {
    PutLittleEndian(bytes, number, 4);
  }
  PutLittleEndian(bytes, 1, 2);
  PutLittleEndian(bytes, 24, 2);
  bytes.append(24, '\0');
  for (int y = image.height - 1; y >= 0; --y) {
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* from = PixelOf(image, x, y);
      for (const int channel : {2, 1, 0}) bytes.push_back(static_cast<char>(from[channel]));
    }
    bytes.append(row_size - 3 * static_cast<uint32_t>(image.width), '\0');
  }
  return bytes;
}

}  // namespace lookalike
