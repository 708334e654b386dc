// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "tests/fuzz/image_seeds.h"

namespace lookalike {
namespace {

bool HasInks(JpegColors colors) { return colors >= JpegColors::kCmyk; }

J_COLOR_SPACE Stored(JpegColors colors) {
  switch (colors) {
    case JpegColors::kGrey:
      return JCS_GRAYSCALE;
    case JpegColors::kYcc:
      return JCS_YCbCr;
    case JpegColors::kRgb:
      return JCS_RGB;
    case JpegColors::kAdobeYcck:
      return JCS_YCCK;
    default:
      return JCS_CMYK;
  }
}

// Cyan, magenta, yellow and as much black as they have in common, 255 being full.
std::array<int, 4> Inks(const uint8_t* rgb) {
  const int lightest = std::max({rgb[0], rgb[1], rgb[2]});
  const auto ink = [&](int value) { return lightest == 0 ? 0 : 255 - (value * 255 + lightest / 2) / lightest; };
  return {ink(rgb[0]), ink(rgb[1]), ink(rgb[2]), 255 - lightest};
}

std::vector<uint8_t> Row(const Image& image, int y, JpegColors colors) {
  const uint8_t* from = &image.pixels[static_cast<size_t>(y) * image.width * 3];
  if (!HasInks(colors)) return {from, from + size_t{3} * image.width};
  std::vector<uint8_t> row;
  for (int x = 0; x < image.width; ++x) {
    for (const int ink : Inks(from + 3 * x)) {
      row.push_back(static_cast<uint8_t>(colors == JpegColors::kCmyk ? ink : 255 - ink));
    }
  }
  return row;
}

}  // namespace

std::string MakeJpeg(const Image& image, const JpegKind& kind) {
  jpeg_compress_struct state;
  jpeg_error_mgr errors;
  state.err = jpeg_std_error(&errors);
  jpeg_create_compress(&state);
  unsigned char* encoded = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &encoded, &size);
  state.image_width = static_cast<JDIMENSION>(image.width);
  state.image_height = static_cast<JDIMENSION>(image.height);
  state.input_components = HasInks(kind.colors) ? 4 : 3;
  state.in_color_space = HasInks(kind.colors) ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_colorspace(&state, Stored(kind.colors));
  jpeg_set_quality(&state, kind.quality, TRUE);
  if (kind.colors == JpegColors::kCmyk) state.write_Adobe_marker = FALSE;
  if (kind.progressive) jpeg_simple_progression(&state);
  state.arith_code = kind.arithmetic ? TRUE : FALSE;
  state.restart_in_rows = kind.restart_rows;
  jpeg_start_compress(&state, TRUE);
  for (int y = 0; y < image.height; ++y) {
    std::vector<uint8_t> row = Row(image, y, kind.colors);
    JSAMPROW pixels = row.data();
    jpeg_write_scanlines(&state, &pixels, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  std::string bytes(reinterpret_cast<const char*>(encoded), size);
  std::free(encoded);
  return bytes;
}

}  // namespace lookalike
