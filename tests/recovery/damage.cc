// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/damage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

void FlipBit(const fs::path& file, uint64_t offset, int bit) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(stream.get() ^ (1 << bit));
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
}

std::string FlipBits(const fs::path& file, Random& random) {
  std::string did = absl::StrCat("flipped in ", file.filename().string(), " byte.bit");
  const uint64_t size = fs::file_size(file);
  if (size == 0) return "found empty " + file.filename().string();
  for (uint64_t count = random.Between(1, 4); count > 0; --count) {
    // Headers and footers are short: without help they would hardly ever be hit.
    const uint64_t offset = random.Chance(0.3) ? random.Below(std::min<uint64_t>(size, 128)) : random.Below(size);
    const int bit = static_cast<int>(random.Below(8));
    FlipBit(file, offset, bit);
    absl::StrAppend(&did, " ", offset, ".", bit);
  }
  return did;
}

std::string Truncate(const fs::path& file, Random& random) {
  const uint64_t size = fs::file_size(file);
  const uint64_t kept = size == 0 ? 0 : random.Below(size);
  fs::resize_file(file, kept);
  return absl::StrCat("cut ", file.filename().string(), " from ", size, " to ", kept, " bytes");
}

std::string Delete(const fs::path& file) {
  fs::remove(file);
  return "deleted " + file.filename().string();
}

std::string LeaveRubbish(const fs::path& folder, Random& random) {
  const std::string name = absl::StrCat(random.Below(8), ".snapshot.tmp");
  std::ofstream file(folder / name, std::ios::binary);
  for (uint64_t size = random.Below(5000); size > 0; --size) file.put(static_cast<char>(random.Below(256)));
  return "left " + name;
}

std::string DamageFile(const fs::path& file, Random& random) {
  switch (random.Below(3)) {
    case 0:
      return FlipBits(file, random);
    case 1:
      return Truncate(file, random);
    default:
      return Delete(file);
  }
}

}  // namespace

std::vector<std::string> DamageFolder(const std::string& folder, Random& random) {
  std::vector<std::string> did;
  if (!fs::is_directory(folder)) return did;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the system lists them in any order
  for (const fs::path& file : files) {
    if (random.Chance(0.5)) did.push_back(DamageFile(file, random));
  }
  if (random.Chance(0.3)) did.push_back(LeaveRubbish(folder, random));
  return did;
}

}  // namespace lookalike
