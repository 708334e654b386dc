// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libs/image/image.h"

namespace lookalike {

// Files made by the reference library of each format, of kinds that libs/image reads but does not write itself: what
// the tests decode and damage, and where the fuzzer begins. All of them abort where an encoder fails.

// The inks of a JPEG of four components: as they are, as Adobe's programs write them (inverted, with their mark), or
// the latter as brightness, two differences of colour, and black.
enum class JpegColors { kGrey, kYcc, kRgb, kCmyk, kAdobeCmyk, kAdobeYcck };
struct JpegKind {
  JpegColors colors = JpegColors::kYcc;
  bool progressive = false;
  bool arithmetic = false;
  int quality = 95;
  int restart_rows = 0;  // a restart mark after so many rows of blocks; 0: none
};
std::string MakeJpeg(const Image& image, const JpegKind& kind);

struct PngKind {
  bool grey = false;
  bool alpha = false;  // 255 on the left half, 0 on the right
  bool interlaced = false;
  int bits = 8;  // of a channel: 8 or 16; 1 where `grey` without alpha
};
std::string MakePng(const Image& image, const PngKind& kind);

std::string MakeWebp(const Image& image, bool lossless, bool alpha);

// `image` in 3 bits of red and green and 2 of blue, as a frame at (left, top) of a screen of its own size.
struct GifKind {
  bool interlaced = false;
  int transparent = -1;  // a number of the table of colours
  int left = 0, top = 0;
  int screen_width = 0, screen_height = 0;  // 0: the image's
};
std::string MakeGif(const Image& image, const GifKind& kind);

struct TiffKind {
  int compression = 1;  // COMPRESSION_NONE
  int bits = 8;         // or 16
  int tile = 0;         // sides of a tile in pixels, a multiple of 16; 0: strips
  bool separate = false;
  bool alpha = false;  // 255 on the left half, 0 on the right
  int orientation = 1;
};
std::string MakeTiff(const Image& image, const TiffKind& kind);

std::string MakeBmp(const Image& image);

struct ImageSeed {
  std::string name;
  std::string bytes;
};

// About forty small files: every format in many of its kinds.
std::vector<ImageSeed> MakeImageSeeds();

}  // namespace lookalike
