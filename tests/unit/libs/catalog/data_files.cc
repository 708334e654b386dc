// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/catalog/data_files.h"

#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "libs/file/blocks.h"

namespace lookalike {

namespace {

namespace fs = std::filesystem;

std::set<std::string> FilesOf(const fs::path& directory) {
  std::set<std::string> files;
  std::error_code gone;
  for (fs::recursive_directory_iterator file(directory, gone), end; file != end; file.increment(gone)) {
    files.insert(file->path().lexically_relative(directory).string());
  }
  return files;
}

}  // namespace

void CopyOfOpenStore(const fs::path& from, const fs::path& to) {
  std::error_code error;
  do {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive, error);
  } while (error || FilesOf(from) != FilesOf(to));
}

std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void FlipBit(const std::filesystem::path& path, size_t bit) {
  std::string bytes = ReadBytes(path);
  bytes.at(bit / 8) = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  WriteBytes(path, bytes);
}

void ChangeHeader(const std::filesystem::path& path, const std::function<void(std::string&)>& change) {
  constexpr uint32_t kHeaderBlock = 1;
  std::string changed;
  BlockWriter writer([&changed](absl::string_view bytes) {
    changed.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  });
  const std::unique_ptr<BlockReader> reader = BlockReader::Open(path.string()).value();
  for (auto block = reader->Next().value(); block.has_value(); block = reader->Next().value()) {
    std::string payload = reader->ReadAll(1 << 30).value();
    if (block->type == kHeaderBlock) change(payload);
    writer.Write(block->type, payload).IgnoreError();
  }
  writer.Finish().IgnoreError();
  WriteBytes(path, changed);
}

}  // namespace lookalike
