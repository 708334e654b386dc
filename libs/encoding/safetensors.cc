// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/safetensors.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using Json = nlohmann::json;

constexpr size_t kLengthBytes = 8;
// A thousand times what VGG16 takes; the JSON costs a multiple of it in memory.
constexpr uint64_t kMaxHeaderBytes = 10'000'000;

absl::Status Malformed(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("safetensors: ", problem));
}

absl::Status MalformedTensor(absl::string_view name, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("safetensors: tensor \"", name.substr(0, 100), "\": ", problem));
}

// Bytes a value; 0 for a type that is not read.
size_t ValueBytes(const std::string& dtype) {
  if (dtype == "F32") return 4;
  if (dtype == "F16" || dtype == "BF16") return 2;
  return 0;
}

// IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction.
float HalfToFloat(uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  float magnitude;
  if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent == 0x1f) {
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  } else {
    magnitude = std::ldexp(static_cast<float>(fraction | 0x400), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

// bfloat16 is the upper half of a binary32.
float Bfloat16ToFloat(uint16_t upper) { return std::bit_cast<float>(static_cast<uint32_t>(upper) << 16); }

template <typename Convert>
void ConvertHalves(absl::string_view bytes, Convert convert, std::vector<float>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t half;
    std::memcpy(&half, bytes.data() + 2 * i, sizeof(half));
    values[i] = convert(half);
  }
}

absl::StatusOr<std::vector<int64_t>> ParseShape(const std::string& name, const Json& tensor) {
  const auto shape_json = tensor.find("shape");
  if (shape_json == tensor.end() || !shape_json->is_array()) return MalformedTensor(name, "has no \"shape\" list");
  std::vector<int64_t> shape;
  for (const Json& extent : *shape_json) {
    if (!extent.is_number_unsigned() || extent.get<uint64_t>() > std::numeric_limits<int32_t>::max()) {
      return MalformedTensor(name, "its shape holds something that is not a whole number below 2^31");
    }
    shape.push_back(extent.get<int64_t>());
  }
  return shape;
}

// The bytes that a tensor of this type and shape takes; InvalidArgument where no memory could hold them.
absl::StatusOr<size_t> SizeOf(const std::string& name, const std::string& dtype, const std::vector<int64_t>& shape) {
  size_t bytes = ValueBytes(dtype);
  for (const int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes)) {
      return MalformedTensor(name, "its shape is larger than any memory");
    }
  }
  return bytes;
}

absl::StatusOr<SafetensorsFile::Entry> ParseEntry(const std::string& name, const Json& tensor, size_t data_size) {
  if (!tensor.is_object()) return MalformedTensor(name, "is not described by a JSON object");
  SafetensorsFile::Entry entry;
  const auto dtype = tensor.find("dtype");
  if (dtype == tensor.end() || !dtype->is_string()) return MalformedTensor(name, "has no \"dtype\"");
  entry.dtype = dtype->get<std::string>();
  if (ValueBytes(entry.dtype) == 0) {
    return MalformedTensor(name, absl::StrCat("is of type ", entry.dtype.substr(0, 20), ", not F32, F16 or BF16"));
  }
  absl::StatusOr<std::vector<int64_t>> shape = ParseShape(name, tensor);
  if (!shape.ok()) return shape.status();
  entry.shape = *std::move(shape);

  const auto offsets = tensor.find("data_offsets");
  if (offsets == tensor.end() || !offsets->is_array() || offsets->size() != 2 || !(*offsets)[0].is_number_unsigned() ||
      !(*offsets)[1].is_number_unsigned()) {
    return MalformedTensor(name, "has no \"data_offsets\" of two whole numbers");
  }
  entry.begin = (*offsets)[0].get<size_t>();
  entry.end = (*offsets)[1].get<size_t>();
  const std::string range = absl::StrCat("its data_offsets ", entry.begin, " to ", entry.end);
  if (entry.begin > entry.end || entry.end > data_size) {
    return MalformedTensor(name,
                           absl::StrCat(range, " are outside the ", data_size, " bytes of data: truncated file?"));
  }
  const absl::StatusOr<size_t> size = SizeOf(name, entry.dtype, entry.shape);
  if (!size.ok()) return size.status();
  if (entry.end - entry.begin != *size) {
    return MalformedTensor(name, absl::StrCat(range, " hold ", entry.end - entry.begin, " bytes, but its shape and ",
                                              entry.dtype, " take ", *size));
  }
  return entry;
}

// The tensors must follow each other from the first byte of the data to the last.
absl::Status CheckLayout(const std::map<std::string, SafetensorsFile::Entry>& entries, size_t data_size) {
  std::vector<std::pair<const SafetensorsFile::Entry*, const std::string*>> by_offset;
  for (const auto& [name, entry] : entries) by_offset.emplace_back(&entry, &name);
  std::sort(by_offset.begin(), by_offset.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->begin, a.first->end) < std::pair(b.first->begin, b.first->end);
  });
  size_t covered = 0;
  for (const auto& [entry, name] : by_offset) {
    if (entry->begin != covered) {
      return MalformedTensor(*name, absl::StrCat("begins at byte ", entry->begin, " of the data, ",
                                                 entry->begin < covered ? "inside another tensor" : "after a gap",
                                                 ": byte ", covered, " is the next one free"));
    }
    covered = entry->end;
  }
  if (covered != data_size) {
    return Malformed(absl::StrCat("the tensors end at byte ", covered, " of ", data_size, " bytes of data"));
  }
  return absl::OkStatus();
}

// Maps the whole file for reading; the mapping ends with the last copy of the pointer.
absl::StatusOr<std::pair<std::shared_ptr<const void>, size_t>> MapFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  struct stat info = {};
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) {
    close(file);
    return absl::InvalidArgumentError("not a file with content");
  }
  const size_t size = static_cast<size_t>(info.st_size);
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  const int map_errno = errno;
  close(file);
  if (address == MAP_FAILED) return absl::ErrnoToStatus(map_errno, absl::StrCat("mmap ", path));
  return std::pair(std::shared_ptr<const void>(address, [size](const void* p) { munmap(const_cast<void*>(p), size); }),
                   size);
}

}  // namespace

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  auto mapping = MapFile(path);
  if (!mapping.ok()) return absl::Status(mapping.status().code(), absl::StrCat(path, ": ", mapping.status().message()));
  auto [memory, size] = *std::move(mapping);
  absl::StatusOr<SafetensorsFile> file = Parse(absl::string_view(static_cast<const char*>(memory.get()), size));
  if (!file.ok()) return absl::Status(file.status().code(), absl::StrCat(path, ": ", file.status().message()));
  file->mapping_ = std::move(memory);
  return file;
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Parse(absl::string_view bytes) {
  static_assert(std::endian::native == std::endian::little, "the format's numbers are little-endian");
  if (bytes.size() < kLengthBytes) return Malformed("shorter than its first field");
  uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), kLengthBytes);
  bytes.remove_prefix(kLengthBytes);
  if (header_size > kMaxHeaderBytes || header_size > bytes.size()) {
    return Malformed(absl::StrCat("its header should take ", header_size, " bytes, but ", bytes.size(), " follow and ",
                                  kMaxHeaderBytes, " are allowed: truncated, or another format"));
  }
  const absl::string_view header = bytes.substr(0, header_size);
  SafetensorsFile file;
  file.data_ = bytes.substr(header_size);

  const Json json = Json::parse(header.begin(), header.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Malformed("its header is not a JSON object");
  for (const auto& [name, tensor] : json.items()) {
    if (name == "__metadata__") continue;
    absl::StatusOr<Entry> entry = ParseEntry(name, tensor, file.data_.size());
    if (!entry.ok()) return entry.status();
    file.entries_.emplace(name, *std::move(entry));
  }
  if (absl::Status status = CheckLayout(file.entries_, file.data_.size()); !status.ok()) return status;
  return file;
}

absl::StatusOr<Tensor> SafetensorsFile::Read(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return absl::NotFoundError(absl::StrCat("safetensors: no tensor \"", name, "\""));
  const Entry& entry = found->second;
  const absl::string_view bytes = data_.substr(entry.begin, entry.end - entry.begin);
  Tensor tensor{entry.shape, std::vector<float>(bytes.size() / ValueBytes(entry.dtype))};
  if (entry.dtype == "F32") {
    if (!bytes.empty()) std::memcpy(tensor.values.data(), bytes.data(), bytes.size());
  } else if (entry.dtype == "F16") {
    ConvertHalves(bytes, HalfToFloat, tensor.values);
  } else {
    ConvertHalves(bytes, Bfloat16ToFloat, tensor.values);
  }
  return tensor;
}

}  // namespace lookalike
