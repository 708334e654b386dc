// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace lookalike {

// Copies the data directory of a store that is open and not being written to, as kill -9 would leave it. (RocksDB may
// remove files that it no longer needs at any moment: then the copy is made again.)
void CopyOfOpenStore(const std::filesystem::path& from, const std::filesystem::path& to);

// What a test does to a snapshot's bytes.
std::string ReadBytes(const std::filesystem::path& path);
void WriteBytes(const std::filesystem::path& path, const std::string& bytes);
void FlipBit(const std::filesystem::path& path, size_t bit);

// Writes the file again, well formed, with its header as `change` leaves it.
void ChangeHeader(const std::filesystem::path& path, const std::function<void(std::string&)>& change);

}  // namespace lookalike
