// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/generation.h"

namespace lookalike {

absl::StatusOr<std::shared_ptr<Generation>> Generation::Create(const HnswIndex::Options& options, StoredMean mean) {
  absl::StatusOr<std::unique_ptr<HnswIndex>> index = HnswIndex::Create(options);
  if (!index.ok()) return index.status();
  return std::make_shared<Generation>(*std::move(index), std::move(mean));
}

absl::Status Generation::Put(Slot slot, uint64_t version, std::span<const float> embedding) {
  if (mean_.items == 0) return index_->Put(slot, version, embedding);
  return index_->Put(slot, version, Centered(embedding));
}

Embedding Generation::Centered(std::span<const float> embedding) const {
  Embedding centered(embedding.begin(), embedding.end());
  if (mean_.items == 0) return centered;
  for (size_t i = 0; i < centered.size(); ++i) centered[i] -= mean_.mean[i];
  if (!Normalize(centered).ok()) centered.assign(embedding.begin(), embedding.end());
  return centered;
}

}  // namespace lookalike
