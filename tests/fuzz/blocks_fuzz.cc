// SPDX-License-Identifier: Apache-2.0
// A stream of checked blocks, as snapshots and backups are.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "libs/file/blocks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMostBytes = 1 << 20;
  absl::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto source = [&rest](std::span<char> to) -> absl::StatusOr<size_t> {
    const size_t taken = std::min(to.size(), rest.size());
    std::copy_n(rest.begin(), taken, to.begin());
    rest.remove_prefix(taken);
    return taken;
  };
  const auto reader = lookalike::BlockReader::FromSource(source, "input");
  while (true) {
    const auto block = reader->Next();
    if (!block.ok() || !block->has_value()) return 0;
    const auto payload = reader->ReadAll(kMostBytes);
    if (payload.ok() && payload->size() != (*block)->length) std::abort();
  }
}
