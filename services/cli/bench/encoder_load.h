// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/encoding/embedding_model.h"

namespace lookalike {

// Inputs of a model as pixels with noise would be: `pictures` of them, the same for the same seed.
std::vector<float> NoisePictures(const Preprocessing& preprocessing, size_t pictures, unsigned seed);

// A forward pass: its embeddings, and how long it took. The error of the first picture that has none.
struct TimedPass {
  std::vector<Embedding> embeddings;
  double milliseconds = 0;
};
absl::StatusOr<TimedPass> RunTimed(EmbeddingModel& model, const std::vector<float>& inputs, size_t batch);

// Pictures a second that `threads` threads get through together, each with `passes` passes over one picture.
absl::StatusOr<double> ConcurrentPicturesPerSecond(EmbeddingModel& model, const std::vector<float>& picture,
                                                   size_t threads, size_t passes);

// The largest 1 − cosine of embeddings with the same number, in double precision.
double MaxOneMinusCosine(const std::vector<Embedding>& a, const std::vector<Embedding>& b);

}  // namespace lookalike
