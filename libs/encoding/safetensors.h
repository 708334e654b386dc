// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// Numbers in rows of rows, the last dimension running fastest.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

using NamedTensors = std::map<std::string, Tensor>;

// Reads weights in the safetensors format (https://github.com/huggingface/safetensors#format):
//
//   8 bytes  length of the header, little-endian
//   header   JSON: {"name": {"dtype": "F16", "shape": [64, 3, 3, 3], "data_offsets": [begin, end]}, …}
//   data     the tensors, end to end; data_offsets count from its first byte
//
// Nothing in a file is believed: the header must describe the data completely, without gap or overlap, before a
// tensor is read. Chosen over PyTorch's own files because reading those means running a pickle.
// Thread-safe once open.
class SafetensorsFile {
 public:
  struct Entry {
    std::string dtype;  // "F32", "F16" or "BF16"
    std::vector<int64_t> shape;
    size_t begin = 0;  // bytes into the data
    size_t end = 0;
  };

  // Maps the file at `path` into memory: its tensors cost nothing until they are read. The file must not be changed
  // meanwhile. NotFound; InvalidArgument, naming the tensor, where the file breaks the format.
  static absl::StatusOr<SafetensorsFile> Open(const std::string& path);

  // The same for a file's bytes, which must outlive the object.
  static absl::StatusOr<SafetensorsFile> Parse(absl::string_view bytes);

  const std::map<std::string, Entry>& entries() const { return entries_; }

  // The tensor as 32-bit floats: 16-bit ones convert exactly. NotFound for an unknown name.
  absl::StatusOr<Tensor> Read(const std::string& name) const;

 private:
  SafetensorsFile() = default;

  std::shared_ptr<const void> mapping_;  // keeps what data_ points into; absent after Parse()
  absl::string_view data_;
  std::map<std::string, Entry> entries_;
};

}  // namespace lookalike
