// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/encoding/encoder.h"
#include "libs/image/preprocess.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// A network that is loaded and ready: numbers in, embeddings out. Thread-safe.
class EmbeddingModel {
 public:
  virtual ~EmbeddingModel() = default;

  virtual const ModelInfo& info() const = 0;

  // How its input is made from a picture.
  virtual const Preprocessing& preprocessing() const = 0;

  // One forward pass in the calling thread. `inputs` holds `batch` pictures one after the other, each
  // InputValues(preprocessing()) floats as Preprocess() writes them.
  // Returns `batch` results: normalised embeddings of info().dimension. A picture whose output has no direction (not
  // finite, or all zero) gets an InvalidArgument of its own; where the pass itself fails, all get the same Internal.
  virtual std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) = 0;
};

}  // namespace lookalike
