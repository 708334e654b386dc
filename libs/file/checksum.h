// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"

namespace lookalike {

// XXH3-64 (https://github.com/Cyan4973/xxHash, seed 0) of a stream of bytes: finds damage, and nothing more; whoever
// wants to can make two streams that have the same. One thread at a time.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;

  // Begins a new stream.
  void Reset();
  void Add(absl::string_view bytes);
  // Of all bytes since the last Reset. More may be added after it.
  uint64_t Value() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace lookalike
