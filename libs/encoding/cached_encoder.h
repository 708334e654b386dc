// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/encoding/embedding_cache.h"
#include "libs/encoding/encoder.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// An Encoder that remembers: a picture of the same bytes and crop box is encoded once, and again only when it has been
// forgotten. Of pictures that are alike and are asked for at the same time, by one call or by several, one is encoded.
// What could not be encoded is not remembered.
//
// For an encoder whose model never changes. Thread-safe.
class CachedEncoder : public Encoder {
 public:
  // Counts are of pictures, since the start.
  struct Figures {
    uint64_t hits = 0;    // remembered
    uint64_t shared = 0;  // encoded by a call that was under way, or alike within one call
    uint64_t misses = 0;  // encoded
    size_t entries = 0;   // that are remembered now
    size_t bytes = 0;     // and their memory
  };

  // `max_bytes`: of what is remembered (EmbeddingCache).
  CachedEncoder(std::unique_ptr<Encoder> encoder, size_t max_bytes) : encoder_(std::move(encoder)), cache_(max_bytes) {}

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override { return encoder_->GetModel(deadline); }

  // An interactive call does not wait for what a bulk call has under way: it would wait in that one's lane.
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override;

  Figures figures() const;

 private:
  using Result = absl::StatusOr<Embedding>;

  // A picture that is being encoded.
  struct Flight {
    Lane lane;
    bool landed = false;
    std::optional<Result> result;  // absent where the call ended without one: it was cancelled, or found no room
  };

  // The pictures of one call: what of them is known, and what is to be done about the others.
  struct Call;

  void Plan(Call& call, Lane lane) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status EncodeOwn(Call& call, const EncodeOptions& options);
  absl::Status AwaitOthers(Call& call, const EncodeOptions& options);
  void Land(const Call& call, const absl::StatusOr<Encoded>& encoded) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<Encoder> encoder_;
  EmbeddingCache cache_;
  std::atomic<uint64_t> hits_ = 0, shared_ = 0, misses_ = 0;

  mutable Mutex mutex_;
  CondVar landed_;  // one of the flights has
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_ ABSL_GUARDED_BY(mutex_);
  std::string model_id_ ABSL_GUARDED_BY(mutex_);  // once something was encoded
};

}  // namespace lookalike
