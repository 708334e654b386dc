// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

// Names for content: a model's id and the fingerprint of an item's image are SHA-256 digests (FIPS 180-4).
namespace lookalike {

// Hashes a stream piece by piece. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(absl::string_view bytes);
  // The digest as 64 lower-case hex digits. Call once, last.
  std::string HexDigest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// The digest of `bytes` as 64 lower-case hex digits. Thread-safe.
std::string Sha256Hex(absl::string_view bytes);

}  // namespace lookalike
