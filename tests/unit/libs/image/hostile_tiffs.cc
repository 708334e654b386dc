// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "tests/unit/libs/image/hostile_corpus.h"

namespace lookalike {
namespace {

constexpr uint32_t kShort = 3, kLong = 4, kDirectory = 13;
constexpr uint32_t kStart = 8;  // where the first directory lies

struct Entry {
  uint32_t type = kShort;
  uint32_t count = 1;
  uint32_t value = 0;
};
using Directory = std::map<uint32_t, Entry>;  // by tag, as the format wants them sorted

// A picture of 8 × 8 grey pixels, the data of which is the file's own beginning.
Directory Plain() {
  return {{256, {.value = 8}}, {257, {.value = 8}}, {258, {.value = 8}}, {259, {.value = 1}},  {262, {.value = 1}},
          {273, {.value = 0}}, {277, {.value = 1}}, {278, {.value = 8}}, {279, {kLong, 1, 64}}};
}

std::string File(const Directory& directory, uint32_t next, const std::string& rest = std::string(512, '\0')) {
  std::string bytes = "II*" + std::string(1, '\0') + LittleEndian(kStart, 4);
  bytes += LittleEndian(static_cast<uint32_t>(directory.size()), 2);
  for (const auto& [tag, entry] : directory) {
    bytes += LittleEndian(tag, 2) + LittleEndian(entry.type, 2) + LittleEndian(entry.count, 4) +
             LittleEndian(entry.value, 4);
  }
  return bytes + LittleEndian(next, 4) + rest;
}

// The plain picture with one tag changed or added.
std::string With(uint32_t tag, const Entry& entry) {
  Directory directory = Plain();
  directory[tag] = entry;
  return File(directory, 0);
}

}  // namespace

std::vector<ImageSeed> MakeTiffDirectories() {
  std::vector<ImageSeed> files;
  files.push_back({"TIFF whose next directory is itself", File(Plain(), kStart)});
  files.push_back({"TIFF whose next directory is beyond its end", File(Plain(), 0xFFFFFFF0)});
  for (const uint32_t tag :
       {330u, 34665u, 34853u, 40965u}) {  // directories within: SubIFDs, EXIF, GPS, interoperability
    for (const uint32_t type : {kLong, kDirectory}) {
      files.push_back({"TIFF within itself by tag " + std::to_string(tag), With(tag, {type, 1, kStart})});
      files.push_back({"TIFF of many directories", With(tag, {type, 0x7FFFFFFF, kStart})});
    }
  }
  // Every tag that decides on memory or on a loop, with every number that is too small or too large.
  for (const uint32_t tag : {256u, 257u, 258u, 259u, 262u, 266u, 273u, 274u, 277u, 278u, 279u, 284u,
                             317u, 320u, 322u, 323u, 324u, 325u, 338u, 339u, 347u, 529u, 530u, 532u}) {
    for (const uint32_t value :
         {0u, 1u, 2u, 3u, 5u, 6u, 7u, 8u, 16u, 32u, 64u, 255u, 2000u, 0xFFFFu, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
      const std::string name = "TIFF tag " + std::to_string(tag) + " = " + std::to_string(value);
      files.push_back({name, With(tag, {value > 0xFFFF ? kLong : kShort, 1, value})});
    }
    files.push_back({"TIFF tag " + std::to_string(tag) + " of many", With(tag, {kLong, 0x10000000, 8})});
  }
  for (uint32_t type = 0; type < 20; ++type) {
    files.push_back({"TIFF width of type " + std::to_string(type), With(256, {type, 1, 8})});
  }
  Directory tiles = Plain();
  tiles.erase(273), tiles.erase(278), tiles.erase(279);
  for (const uint32_t side : {0u, 1u, 16u, 1u << 15, 1u << 31}) {
    tiles[322] = tiles[323] = {kLong, 1, side};
    tiles[324] = {kLong, 1, 0};
    tiles[325] = {kLong, 1, 256};
    files.push_back({"TIFF of tiles of " + std::to_string(side), File(tiles, 0)});
  }
  return files;
}

}  // namespace lookalike
