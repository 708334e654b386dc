// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "libs/encoding/embedding_model.h"
#include "libs/encoding/model_bundle.h"

namespace lookalike {

// An EmbeddingModel that LibTorch runs, on a CPU or with CUDA. Its passes use one thread each, the caller's: many at a
// time make better use of the cores than many threads in one. All share one set of weights.
//
// On a CPU a VGG-shaped network is run by libs/convolution, three times as fast (docs/adr/0008); a pass that is alone
// then also uses the other cores. info().engine says whether that is so, and why not.
class TorchScriptModel : public EmbeddingModel {
 public:
  enum class Engine {
    kFastest,    // libs/convolution where it can, else kOptimized
    kOptimized,  // LibTorch, with torch::jit::optimize_for_inference() on a CPU
    kFrozen,     // LibTorch, with torch::jit::freeze() only
  };

  struct Options {
    Engine engine = Engine::kFastest;  // the others are for comparison

    // Threads that help a pass which is alone. Absent: one less than UsableCores().
    std::optional<size_t> helpers;
  };

  // Brings the bundle's model to `device`: "cpu", "cuda", "cuda:N", or "auto" (the first CUDA device, else the CPU).
  // InvalidArgument: no such kind of device. FailedPrecondition: it is not there, or this LibTorch has no CUDA.
  static absl::StatusOr<std::unique_ptr<TorchScriptModel>> Create(const ModelBundle& bundle, const std::string& device,
                                                                  const Options& options);
  static absl::StatusOr<std::unique_ptr<TorchScriptModel>> Create(const ModelBundle& bundle,
                                                                  const std::string& device) {
    return Create(bundle, device, Options());
  }

  ~TorchScriptModel() override;

  const ModelInfo& info() const override;
  const Preprocessing& preprocessing() const override;
  std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) override;

 private:
  struct Impl;
  explicit TorchScriptModel(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lookalike
