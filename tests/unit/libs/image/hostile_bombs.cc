// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "tests/unit/libs/image/hostile_corpus.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;

std::string Deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string deflated(size, '\0');
  compress2(reinterpret_cast<Bytef*>(deflated.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            bytes.size(), 9);
  deflated.resize(size);
  return deflated;
}

std::string Chunk(const std::string& type, const std::string& data) {
  const std::string checked = type + data;
  const uLong check_sum = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return BigEndian(static_cast<uint32_t>(data.size()), 4) + checked + BigEndian(static_cast<uint32_t>(check_sum), 4);
}

// `kind`: bits, colour, compression, filter and interlacing. `rest`: the chunks between.
std::string Png(uint32_t width, uint32_t height, const std::string& kind, const std::string& rest,
                const std::string& rows) {
  return "\x89PNG\r\n\x1A\n"s + Chunk("IHDR", BigEndian(width, 4) + BigEndian(height, 4) + kind) + rest +
         Chunk("IDAT", Deflated(rows)) + Chunk("IEND", "");
}

const std::string kGrey = "\x08\0\0\0\0"s, kColors = "\x08\x02\0\0\0"s, kInterlaced16 = "\x10\x06\0\0\x01"s,
                  kOneBit = "\x01\0\0\0\0"s;

void AddPngs(std::vector<ImageSeed>& files) {
  const std::string pixel("\0\0\0\0", 4), megabytes(size_t{32} << 20, '\0');
  files.push_back({"bomb of one bit", Png(60'000, 60'000, kOneBit, "", megabytes)});
  files.push_back({"bomb within the pixels", Png(1800, 1800, kInterlaced16, "", megabytes)});
  files.push_back({"more rows than it says", Png(1, 1, kColors, "", megabytes)});
  files.push_back({"fewer rows than it says", Png(1000, 1000, kColors, "", pixel)});
  files.push_back({"text bomb", Png(1, 1, kColors, Chunk("zTXt", "a\0\0"s + Deflated(megabytes)), pixel)});
  files.push_back(
      {"international text bomb", Png(1, 1, kColors, Chunk("iTXt", "a\0\x01\0\0\0"s + Deflated(megabytes)), pixel)});
  files.push_back({"profile bomb", Png(1, 1, kColors, Chunk("iCCP", "a\0\0"s + Deflated(megabytes)), pixel)});
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += Chunk("tEXt", "key\0value"s);
  files.push_back({"many texts", Png(1, 1, kColors, many, pixel)});
  files.push_back(
      {"two headers", Png(1, 1, kColors, Chunk("IHDR", BigEndian(9999, 4) + BigEndian(9999, 4) + kGrey), pixel)});
  files.push_back({"palette of no colours", Png(1, 1, "\x08\x03\0\0\0"s, Chunk("PLTE", ""), pixel)});
  files.push_back({"no palette", Png(1, 1, "\x08\x03\0\0\0"s, "", pixel)});
  files.push_back({"bits that cannot be", Png(1, 1, "\x07\x02\0\0\0"s, "", pixel)});
  files.push_back(
      {"no data", "\x89PNG\r\n\x1A\n"s + Chunk("IHDR", BigEndian(1, 4) + BigEndian(1, 4) + kGrey) + Chunk("IEND", "")});
}

// A frame header, and scans of nothing, each of which passes over all coefficients.
std::string JpegOfScans(int scans, uint32_t side) {
  std::string jpeg = MakeJpeg(NewImage(16, 16), {.progressive = true});
  const size_t frame = jpeg.find("\xFF\xC2");
  jpeg.replace(frame + 5, 4, BigEndian(side, 2) + BigEndian(side, 2));
  const size_t scan = jpeg.find("\xFF\xDA"), end = jpeg.size() - 2;
  const std::string first = jpeg.substr(scan, end - scan);
  for (int i = 1; i < scans; ++i) jpeg.insert(end, first);
  return jpeg;
}

void AddJpegs(std::vector<ImageSeed>& files) {
  files.push_back({"many scans", JpegOfScans(90, 2000)});
  files.push_back({"far too many scans", JpegOfScans(5000, 2000)});
  files.push_back({"progressive of all pixels", JpegOfScans(1, 2000)});
  files.push_back({"progressive of the largest size", JpegOfScans(1, 65'500)});
  for (const int sampling : {0x00, 0x44, 0x41, 0x14, 0x55, 0xFF}) {
    std::string jpeg = MakeJpeg(NewImage(64, 64), {});
    const size_t frame = jpeg.find("\xFF\xC0");
    jpeg[frame + 11] = static_cast<char>(sampling);
    files.push_back({"sampling " + std::to_string(sampling), jpeg});
  }
  for (const int components : {0, 1, 2, 4, 255}) {
    std::string jpeg = MakeJpeg(NewImage(64, 64), {});
    jpeg[jpeg.find("\xFF\xC0") + 9] = static_cast<char>(components);
    files.push_back({"components " + std::to_string(components), jpeg});
  }
}

void AddGifs(std::vector<ImageSeed>& files) {
  const Image image = NewImage(8, 8);
  files.push_back({"frame larger than its screen", MakeGif(image, {.screen_width = 1, .screen_height = 1})});
  files.push_back({"frame far from its screen", MakeGif(image, {.left = 60'000, .top = 60'000})});
  files.push_back({"huge screen", MakeGif(image, {.screen_width = 65'535, .screen_height = 65'535})});
  files.push_back({"screen of all pixels", MakeGif(image, {.screen_width = 2000, .screen_height = 2000})});
  std::string huge_frame = MakeGif(image, {});
  const size_t frame = huge_frame.find(','), size = frame + 5;
  huge_frame.replace(size, 4, LittleEndian(2000, 2) + LittleEndian(2000, 2));
  files.push_back({"frame of too little data", huge_frame});
  for (int code_size = 0; code_size < 16; ++code_size) {
    std::string gif = MakeGif(image, {});
    gif[frame + 10] = static_cast<char>(code_size);
    files.push_back({"code size " + std::to_string(code_size), gif});
  }
  std::string extensions = MakeGif(image, {});
  for (int i = 0; i < 10'000; ++i) extensions.insert(frame, "!\xFE\x01 \0"s);
  files.push_back({"many comments", extensions});
}

void AddWebps(std::vector<ImageSeed>& files) {
  for (const bool lossless : {false, true}) {
    std::string webp = MakeWebp(NewImage(16, 16), lossless, false);
    webp.replace(lossless ? 21 : 26, 4, "\xFF\x3F\xFF\x3F"s);
    files.push_back({"the largest WebP", webp});
    std::string within = MakeWebp(NewImage(16, 16), lossless, false);
    within.replace(lossless ? 21 : 26, 4,
                   lossless ? LittleEndian(1999 | 1999 << 14, 4) : LittleEndian(2000 | 2000 << 16, 4));
    files.push_back({"a WebP of all pixels", within});
  }
  for (const uint32_t side : {64u, 256u, 1024u, 2000u}) {
    files.push_back({"a WebP of codes for " + std::to_string(side), MakeWebpOfManyCodes(side)});
  }
}

void AddBmps(std::vector<ImageSeed>& files) {
  for (const uint32_t compression : {0u, 1u, 2u, 3u, 4u, 5u, 0xFFFFFFFFu}) {
    for (const uint32_t bits : {0u, 1u, 4u, 8u, 16u, 24u, 32u, 64u}) {
      std::string bmp = MakeBmp(NewImage(6, 6));
      bmp.replace(28, 6, LittleEndian(bits, 2) + LittleEndian(compression, 4));
      files.push_back({"BMP of " + std::to_string(bits) + " bits, compression " + std::to_string(compression), bmp});
      bmp.replace(22, 4, LittleEndian(0x80000000, 4));
      files.push_back({"the same from the top, of the largest height", bmp});
    }
  }
  std::string runs = MakeBmp(NewImage(6, 6));
  runs.replace(18, 16, LittleEndian(2000, 4) + LittleEndian(2000, 4) + "\x01\0\x08\0\x01\0\0\0"s);
  files.push_back({"BMP of all pixels by runs", runs + std::string(3000, '\0')});
}

}  // namespace

std::vector<ImageSeed> MakeImageBombs() {
  std::vector<ImageSeed> files;
  AddPngs(files);
  AddJpegs(files);
  AddGifs(files);
  AddWebps(files);
  AddBmps(files);
  return files;
}

}  // namespace lookalike
