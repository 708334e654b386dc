// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/encoder_load.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <random>
#include <utility>

#include "services/cli/bench/statistics.h"

namespace lookalike {

std::vector<float> NoisePictures(const Preprocessing& preprocessing, size_t pictures, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value(0, 50);
  std::vector<float> inputs(pictures * InputValues(preprocessing));
  for (float& input : inputs) input = value(random);
  return inputs;
}

absl::StatusOr<TimedPass> RunTimed(EmbeddingModel& model, const std::vector<float>& inputs, size_t batch) {
  const Stopwatch stopwatch;
  std::vector<absl::StatusOr<Embedding>> results = model.Run(inputs, batch);
  TimedPass pass{.embeddings = {}, .milliseconds = stopwatch.Seconds() * 1e3};
  for (absl::StatusOr<Embedding>& result : results) {
    if (!result.ok()) return result.status();
    pass.embeddings.push_back(*std::move(result));
  }
  return pass;
}

absl::StatusOr<double> ConcurrentPicturesPerSecond(EmbeddingModel& model, const std::vector<float>& picture,
                                                   size_t threads, size_t passes) {
  const auto run_passes = [&]() -> absl::Status {
    for (size_t i = 0; i < passes; ++i) {
      if (const auto pass = RunTimed(model, picture, 1); !pass.ok()) return pass.status();
    }
    return absl::OkStatus();
  };
  const Stopwatch stopwatch;
  std::vector<std::future<absl::Status>> running;
  for (size_t i = 0; i < threads; ++i) running.push_back(std::async(std::launch::async, run_passes));
  absl::Status status;
  for (std::future<absl::Status>& thread : running) status.Update(thread.get());
  if (!status.ok()) return status;
  return static_cast<double>(threads * passes) / stopwatch.Seconds();
}

double MaxOneMinusCosine(const std::vector<Embedding>& a, const std::vector<Embedding>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    double product = 0, squares_a = 0, squares_b = 0;
    for (size_t j = 0; j < a[i].size(); ++j) {
      product += static_cast<double>(a[i][j]) * b[i][j];
      squares_a += static_cast<double>(a[i][j]) * a[i][j];
      squares_b += static_cast<double>(b[i][j]) * b[i][j];
    }
    largest = std::max(largest, 1 - product / std::sqrt(squares_a * squares_b));
  }
  return largest;
}

}  // namespace lookalike
