// SPDX-License-Identifier: Apache-2.0
#include <tiffio.h>

#include "tests/fuzz/image_seeds.h"

namespace lookalike {
namespace {

// Bands and gradients, with an edge: small, but no two blocks alike.
Image SmallPicture() {
  Image image = NewImage(40, 28);
  size_t i = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (const int value : {x * 6, y * 9, (x / 5 + y / 3) % 2 * 200 + x})
        image.pixels[i++] = static_cast<uint8_t>(value);
    }
  }
  return image;
}

std::string WithExif(const std::string& jpeg, char orientation) {
  const std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
  const std::string payload = exif + orientation + std::string(7, '\0');
  const std::string segment = std::string("\xFF\xE1\0", 3) + static_cast<char>(payload.size() + 2) + payload;
  return jpeg.substr(0, 2) + segment + jpeg.substr(2);
}

void AddJpegs(const Image& image, std::vector<ImageSeed>& seeds) {
  seeds.push_back({"grey.jpg", MakeJpeg(image, {.colors = JpegColors::kGrey})});
  seeds.push_back({"ycc.jpg", MakeJpeg(image, {.quality = 60})});
  seeds.push_back({"rgb.jpg", MakeJpeg(image, {.colors = JpegColors::kRgb})});
  seeds.push_back({"cmyk.jpg", MakeJpeg(image, {.colors = JpegColors::kCmyk})});
  seeds.push_back({"adobe_cmyk.jpg", MakeJpeg(image, {.colors = JpegColors::kAdobeCmyk, .progressive = true})});
  seeds.push_back({"adobe_ycck.jpg", MakeJpeg(image, {.colors = JpegColors::kAdobeYcck})});
  seeds.push_back({"progressive.jpg", MakeJpeg(image, {.progressive = true})});
  seeds.push_back({"arithmetic.jpg", MakeJpeg(image, {.arithmetic = true})});
  seeds.push_back({"restarts.jpg", MakeJpeg(image, {.restart_rows = 1})});
  seeds.push_back({"turned.jpg", WithExif(MakeJpeg(image, {.quality = 30}), 6)});
}

void AddPngs(const Image& image, std::vector<ImageSeed>& seeds) {
  seeds.push_back({"rgb.png", MakePng(image, {})});
  seeds.push_back({"alpha.png", MakePng(image, {.alpha = true})});
  seeds.push_back({"interlaced.png", MakePng(image, {.alpha = true, .interlaced = true, .bits = 16})});
  seeds.push_back({"rgb_16_bit.png", MakePng(image, {.bits = 16})});
  seeds.push_back({"grey.png", MakePng(image, {.grey = true})});
  seeds.push_back({"grey_alpha.png", MakePng(image, {.grey = true, .alpha = true})});
  seeds.push_back({"one_bit.png", MakePng(image, {.grey = true, .bits = 1})});
}

void AddTiffs(const Image& image, std::vector<ImageSeed>& seeds) {
  seeds.push_back({"plain.tif", MakeTiff(image, {})});
  seeds.push_back({"lzw.tif", MakeTiff(image, {.compression = COMPRESSION_LZW})});
  seeds.push_back({"deflate.tif", MakeTiff(image, {.compression = COMPRESSION_ADOBE_DEFLATE, .bits = 16})});
  seeds.push_back({"packbits.tif", MakeTiff(image, {.compression = COMPRESSION_PACKBITS, .alpha = true})});
  seeds.push_back({"jpeg.tif", MakeTiff(image, {.compression = COMPRESSION_JPEG})});
  seeds.push_back({"tiles.tif", MakeTiff(image, {.compression = COMPRESSION_LZW, .tile = 16})});
  seeds.push_back({"planes.tif", MakeTiff(image, {.separate = true})});
  seeds.push_back({"turned.tif", MakeTiff(image, {.orientation = 8})});
}

}  // namespace

std::vector<ImageSeed> MakeImageSeeds() {
  const Image image = SmallPicture();
  std::vector<ImageSeed> seeds;
  AddJpegs(image, seeds);
  AddPngs(image, seeds);
  AddTiffs(image, seeds);
  seeds.push_back({"lossy.webp", MakeWebp(image, false, false)});
  seeds.push_back({"lossy_alpha.webp", MakeWebp(image, false, true)});
  seeds.push_back({"lossless.webp", MakeWebp(image, true, false)});
  seeds.push_back({"lossless_alpha.webp", MakeWebp(image, true, true)});
  seeds.push_back({"plain.gif", MakeGif(image, {})});
  seeds.push_back({"interlaced.gif", MakeGif(image, {.interlaced = true, .transparent = 0})});
  seeds.push_back({"offset.gif", MakeGif(image, {.left = 3, .top = 5, .screen_width = 60, .screen_height = 50})});
  seeds.push_back({"plain.bmp", MakeBmp(image)});
  return seeds;
}

}  // namespace lookalike
