// SPDX-License-Identifier: Apache-2.0
// Writes what each fuzzer begins with:
//   write_seeds FOLDER      FOLDER/image, FOLDER/filter, FOLDER/safetensors and FOLDER/blocks, made where missing
#include <filesystem>
#include <fstream>
#include <iostream>

#include "libs/file/blocks.h"
#include "tests/fuzz/image_seeds.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;

std::vector<ImageSeed> FilterSeeds() {
  std::vector<ImageSeed> seeds;
  for (const char* text : {"", "category = \"boots\" and price < 80", "not (a != true or b in [\"x\\n\", 1, -2.5e3])",
                           "exists tags AND tags = \"a\"", "p >= \"m\" or p <= 0.1"}) {
    seeds.push_back({std::to_string(seeds.size()), text});
  }
  return seeds;
}

std::vector<ImageSeed> SafetensorsSeeds() {
  const std::string header =
      R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}})";
  return {{"two", static_cast<char>(header.size()) + std::string(7, '\0') + header + std::string(12, '\x3C')}};
}

std::vector<ImageSeed> BlockSeeds() {
  std::string bytes;
  BlockWriter writer([&bytes](absl::string_view part) {
    bytes.append(part.data(), part.size());
    return absl::OkStatus();
  });
  const bool written = writer.Write(1, "payload").ok() && writer.Write(2, "").ok() && writer.Finish().ok();
  return written ? std::vector<ImageSeed>{{"two", bytes}} : std::vector<ImageSeed>();
}

void Write(const std::filesystem::path& folder, const std::vector<ImageSeed>& seeds) {
  std::filesystem::create_directories(folder);
  for (const ImageSeed& seed : seeds) std::ofstream(folder / seed.name, std::ios::binary) << seed.bytes;
}

}  // namespace
}  // namespace lookalike

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  lookalike::Write(folder / "image", lookalike::MakeImageSeeds());
  lookalike::Write(folder / "filter", lookalike::FilterSeeds());
  lookalike::Write(folder / "safetensors", lookalike::SafetensorsSeeds());
  lookalike::Write(folder / "blocks", lookalike::BlockSeeds());
}
