// SPDX-License-Identifier: Apache-2.0
// A file of weights: its header, and every tensor that the header promises.
#include <cstdint>
#include <cstdlib>

#include "libs/encoding/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = lookalike::SafetensorsFile::Parse({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) return 0;
  for (const auto& [name, entry] : file->entries()) {
    if (!file->Read(name).ok()) std::abort();
  }
  return 0;
}
