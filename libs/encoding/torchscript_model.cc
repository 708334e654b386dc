// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/torchscript_model.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/cuda.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/encoding/torch_module.h"
#include "libs/encoding/usable_cores.h"
#include "libs/encoding/winograd_module.h"

namespace lookalike {
namespace {

absl::StatusOr<at::Device> ResolveDevice(const std::string& name) {
  if (name == "auto") return at::Device(torch::cuda::is_available() ? "cuda:0" : "cpu");
  const absl::Status unknown =
      absl::InvalidArgumentError(absl::StrCat("device \"", name, "\" is unknown: wanted cpu, cuda, cuda:N or auto"));
  try {
    at::Device device(name);
    if (device.is_cpu() && !device.has_index()) return device;
    if (!device.is_cuda()) return unknown;
    const int index = device.has_index() ? device.index() : 0;
    const int count = static_cast<int>(torch::cuda::device_count());
    if (index >= count) {
      return absl::FailedPreconditionError(absl::StrCat("device \"", name, "\" is not there: LibTorch finds ", count,
                                                        " CUDA devices (Debian's is built without CUDA)"));
    }
    return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
  } catch (const std::exception&) {
    return unknown;
  }
}

// Settings of LibTorch that belong to a thread: its operators must not start threads of their own, the workers use
// the cores already.
void PrepareThread() {
  thread_local const bool prepared = [] {
    at::set_num_threads(1);
    return true;
  }();
  static_cast<void>(prepared);
}

struct ReadyModule {
  torch::jit::Module module;
  std::string engine;  // ModelInfo::engine
};

// LibTorch's own. On a CPU it lays out the weights for oneDNN: without that it convolves a single small picture by way
// of BLAS, which for Debian's packages can be the reference one, four times slower.
ReadyModule RunByLibTorch(torch::jit::Module frozen, bool optimize, const std::string& engine) {
  return {optimize ? torch::jit::optimize_for_inference(frozen) : frozen, engine};
}

// Fixes the weights as constants, and finds the fastest engine that can run the network.
ReadyModule MakeReady(const torch::jit::Module& module, const at::Device& device, int input_size,
                      const TorchScriptModel::Options& options) {
  using Engine = TorchScriptModel::Engine;
  const torch::jit::Module frozen = torch::jit::freeze(module);
  if (!device.is_cpu() || options.engine == Engine::kFrozen) return RunByLibTorch(frozen, false, "torchscript");
  if (options.engine == Engine::kOptimized) return RunByLibTorch(frozen, true, "torchscript");
  const WinogradOptions winograd{.input_size = input_size, .helpers = options.helpers.value_or(UsableCores() - 1)};
  absl::StatusOr<WinogradModule> made = MakeWinogradModule({frozen}, winograd);
  if (made.ok()) return {made->module->module, absl::StrCat("winograd-", made->kernels)};
  return RunByLibTorch(frozen, true, absl::StrCat("torchscript (", made.status().message(), ")"));
}

std::vector<absl::StatusOr<Embedding>> AllFail(size_t batch, const absl::Status& status) {
  return std::vector<absl::StatusOr<Embedding>>(batch, status);
}

// Splits the output, [batch, dimension] on the CPU, into normalised rows.
std::vector<absl::StatusOr<Embedding>> NormalizedRows(const at::Tensor& output, size_t batch, size_t dimension) {
  std::vector<absl::StatusOr<Embedding>> results;
  const float* row = output.data_ptr<float>();
  for (size_t i = 0; i < batch; ++i, row += dimension) {
    Embedding embedding(row, row + dimension);
    const absl::Status status = Normalize(embedding);
    if (status.ok()) {
      results.emplace_back(std::move(embedding));
    } else {
      results.emplace_back(status);
    }
  }
  return results;
}

}  // namespace

struct TorchScriptModel::Impl {
  ModelInfo info;
  Preprocessing preprocessing;
  at::Device device;
  torch::jit::Module module;  // frozen; forward() may run in many threads at a time

  at::Tensor Forward(std::span<const float> inputs, size_t batch) {
    const c10::InferenceMode no_gradients;
    const int64_t side = preprocessing.input_size;
    // A view: PyTorch has no tensor of const data, and forward() does not write to its input.
    const at::Tensor input = torch::from_blob(const_cast<float*>(inputs.data()),
                                              {static_cast<int64_t>(batch), 3, side, side}, torch::kFloat32);
    const at::Tensor output = module.forward({input.to(device)}).toTensor();
    return output.to(torch::kCPU, torch::kFloat32).contiguous();
  }
};

TorchScriptModel::TorchScriptModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TorchScriptModel::~TorchScriptModel() = default;

absl::StatusOr<std::unique_ptr<TorchScriptModel>> TorchScriptModel::Create(const ModelBundle& bundle,
                                                                           const std::string& device_name,
                                                                           const Options& options) {
  const absl::StatusOr<at::Device> device = ResolveDevice(device_name);
  if (!device.ok()) return device.status();
  try {
    // The profiling executor would compile again at the second pass, and for new batch sizes: a stall of seconds.
    torch::jit::getExecutorMode() = false;
    torch::jit::Module module = bundle.module->module.clone();
    module.eval();
    module.to(*device);
    const ModelManifest& manifest = bundle.manifest;
    ReadyModule ready = MakeReady(module, *device, manifest.preprocessing.input_size, options);
    const ModelInfo info{.id = bundle.model_id,
                         .name = manifest.name,
                         .dimension = manifest.dimension,
                         .input_size = manifest.preprocessing.input_size,
                         .device = device->str(),
                         .weights = ToString(manifest.weights),
                         .engine = std::move(ready.engine)};
    return std::unique_ptr<TorchScriptModel>(new TorchScriptModel(
        std::make_unique<Impl>(Impl{info, manifest.preprocessing, *device, std::move(ready.module)})));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("bringing the model to ", device_name, ": ", error.what()));
  }
}

const ModelInfo& TorchScriptModel::info() const { return impl_->info; }
const Preprocessing& TorchScriptModel::preprocessing() const { return impl_->preprocessing; }

std::vector<absl::StatusOr<Embedding>> TorchScriptModel::Run(std::span<const float> inputs, size_t batch) {
  const size_t wanted = batch * InputValues(impl_->preprocessing);
  if (inputs.size() != wanted) {
    return AllFail(batch, absl::InternalError(absl::StrCat("the model got ", inputs.size(), " values for ", batch,
                                                           " pictures, wanted ", wanted)));
  }
  try {
    PrepareThread();
    const at::Tensor output = impl_->Forward(inputs, batch);
    const int64_t rows = static_cast<int64_t>(batch);
    const int64_t dimension = static_cast<int64_t>(impl_->info.dimension);
    if (output.sizes() != at::IntArrayRef({rows, dimension})) {
      return AllFail(batch,
                     absl::InternalError(absl::StrCat("the model returned shape [", absl::StrJoin(output.sizes(), ", "),
                                                      "], wanted [", rows, ", ", dimension, "]")));
    }
    return NormalizedRows(output, batch, impl_->info.dimension);
  } catch (const std::exception& error) {
    return AllFail(batch, absl::InternalError(absl::StrCat("the forward pass failed: ", error.what())));
  }
}

}  // namespace lookalike
