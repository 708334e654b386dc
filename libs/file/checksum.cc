// SPDX-License-Identifier: Apache-2.0
#include "libs/file/checksum.h"

#include <xxhash.h>

namespace lookalike {

struct Checksum::State {
  // Made by the library, which needs it at a multiple of 64 bytes.
  XXH3_state_t* const xxh3 = XXH3_createState();

  ~State() { XXH3_freeState(xxh3); }
};

Checksum::Checksum() : state_(std::make_unique<State>()) { Reset(); }

Checksum::~Checksum() = default;

void Checksum::Reset() { XXH3_64bits_reset(state_->xxh3); }

void Checksum::Add(absl::string_view bytes) { XXH3_64bits_update(state_->xxh3, bytes.data(), bytes.size()); }

uint64_t Checksum::Value() const { return XXH3_64bits_digest(state_->xxh3); }

}  // namespace lookalike
