// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/image/hostile_corpus.h"

#include <algorithm>
#include <random>
#include <set>

namespace lookalike {
namespace {

constexpr int kFlippedFiles = 16;     // of each seed, with bytes flipped anywhere
constexpr size_t kHeaderBytes = 100;  // where a damage does most

uint32_t ReadNumber(const std::string& bytes, size_t offset, size_t size, bool big_endian) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t place = offset + (big_endian ? i : size - 1 - i);
    value = value << 8 | static_cast<uint8_t>(place < bytes.size() ? bytes[place] : '\0');
  }
  return value;
}

void AddChunks(const std::string& bytes, size_t first, size_t length_at, size_t overhead, bool big_endian,
               std::set<size_t>& places) {
  for (size_t offset = first; offset < bytes.size();) {
    places.insert({offset, offset + 4, offset + 8});
    const size_t length = ReadNumber(bytes, offset + length_at, 4, big_endian);
    offset += overhead + length + (big_endian ? 0 : length % 2);
  }
}

// Where the parts of a file begin.
std::set<size_t> Boundaries(const ImageSeed& seed) {
  std::set<size_t> places = {0, 1, 2, 4, 8, seed.bytes.size() - 1};
  const auto is = [&](const char* kind) { return seed.name.find(kind) != std::string::npos; };
  if (is(".jpg")) {
    for (size_t i = 0; i + 1 < seed.bytes.size(); ++i) {
      if (seed.bytes[i] == '\xFF' && seed.bytes[i + 1] != '\0') places.insert({i, i + 1, i + 2, i + 4});
    }
  } else if (is(".png")) {
    AddChunks(seed.bytes, 8, 0, 12, true, places);
  } else if (is(".webp")) {
    AddChunks(seed.bytes, 12, 4, 8, false, places);
  } else {
    for (size_t i = 0; i < std::min(kHeaderBytes, seed.bytes.size()); i += 6) places.insert(i);
    if (is(".tif")) {
      for (size_t i = ReadNumber(seed.bytes, 4, 4, false); i < seed.bytes.size(); i += 12) places.insert({i, i + 2});
    }
  }
  return places;
}

void AddTruncations(const ImageSeed& seed, std::vector<ImageSeed>& files) {
  for (const size_t place : Boundaries(seed)) {
    if (place < seed.bytes.size()) {
      files.push_back({seed.name + " cut at " + std::to_string(place), seed.bytes.substr(0, place)});
    }
  }
}

void AddFlips(const ImageSeed& seed, std::vector<ImageSeed>& files) {
  std::mt19937 random(static_cast<uint32_t>(seed.bytes.size()));
  for (int file = 0; file < kFlippedFiles; ++file) {
    std::string bytes = seed.bytes;
    for (int flip = 0; flip <= file; ++flip) bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    files.push_back({seed.name + " flipped " + std::to_string(file), bytes});
  }
  for (size_t i = 0; i < std::min(kHeaderBytes, seed.bytes.size()); i += 3) {
    std::string bytes = seed.bytes;
    bytes[i] ^= '\xFF';
    files.push_back({seed.name + " flipped at " + std::to_string(i), bytes});
  }
}

// Sizes, counts, lengths and offsets of every format are two or four bytes somewhere.
void AddLies(const ImageSeed& seed, std::vector<ImageSeed>& files) {
  const std::string lies[] = {BigEndian(0, 4), BigEndian(0xFFFFFFFF, 4), BigEndian(0x7FFFFFFF, 4),
                              BigEndian(0, 2), BigEndian(0xFFFF, 2),     BigEndian(0x0100, 2)};
  const size_t directory = seed.name.find(".tif") == std::string::npos ? 0 : ReadNumber(seed.bytes, 4, 4, false);
  for (size_t i = 0; i < 48; i += 2) {
    const std::string& lie = lies[i / 2 % std::size(lies)];
    const size_t place = directory + i * (directory > 0 ? 5 : 1);
    if (place + lie.size() > seed.bytes.size()) continue;
    std::string bytes = seed.bytes;
    files.push_back({seed.name + " lies at " + std::to_string(place), bytes.replace(place, lie.size(), lie)});
  }
}

void AddWrongCheckSums(const ImageSeed& seed, std::vector<ImageSeed>& files) {
  if (seed.name.find(".png") == std::string::npos) return;
  for (size_t offset = 8; offset + 12 <= seed.bytes.size();) {
    const size_t check_sum = offset + 8 + ReadNumber(seed.bytes, offset, 4, true);
    std::string bytes = seed.bytes;
    bytes[check_sum] ^= 1;
    files.push_back({seed.name + " wrong check sum at " + std::to_string(check_sum), bytes});
    offset = check_sum + 4;
  }
}

}  // namespace

std::string BigEndian(uint32_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<char>(value >> 8 * i & 255));
  return bytes;
}

std::string LittleEndian(uint32_t value, int size) {
  const std::string bytes = BigEndian(value, size);
  return {bytes.rbegin(), bytes.rend()};
}

std::vector<ImageSeed> MakeHostileImages() {
  std::vector<ImageSeed> files = MakeImageBombs();
  const std::vector<ImageSeed> directories = MakeTiffDirectories(), seeds = MakeImageSeeds();
  files.insert(files.end(), directories.begin(), directories.end());
  for (size_t i = 0; i < seeds.size(); ++i) {
    AddTruncations(seeds[i], files);
    AddFlips(seeds[i], files);
    AddLies(seeds[i], files);
    AddWrongCheckSums(seeds[i], files);
    const ImageSeed& other = seeds[(i + 1) % seeds.size()];
    files.push_back({seeds[i].name + " then " + other.name,
                     seeds[i].bytes.substr(0, seeds[i].bytes.size() / 2) + other.bytes.substr(other.bytes.size() / 2)});
  }
  return files;
}

}  // namespace lookalike
