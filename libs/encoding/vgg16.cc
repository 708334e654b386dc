// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/vgg16.h"

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/encoding/torch_module.h"

namespace lookalike {
namespace {

struct Convolution {
  int layer;  // its number in torchvision's "features", where ReLU and pooling count too
  int64_t inputs;
  int64_t outputs;
  bool pooled;  // 2 × 2 max-pooling follows
};

constexpr std::array<Convolution, 13> kConvolutions = {{{0, 3, 64, false},
                                                        {2, 64, 64, true},
                                                        {5, 64, 128, false},
                                                        {7, 128, 128, true},
                                                        {10, 128, 256, false},
                                                        {12, 256, 256, false},
                                                        {14, 256, 256, true},
                                                        {17, 256, 512, false},
                                                        {19, 512, 512, false},
                                                        {21, 512, 512, true},
                                                        {24, 512, 512, false},
                                                        {26, 512, 512, false},
                                                        {28, 512, 512, true}}};

std::string WeightName(const Convolution& layer) { return absl::StrCat("features.", layer.layer, ".weight"); }
std::string BiasName(const Convolution& layer) { return absl::StrCat("features.", layer.layer, ".bias"); }

// Every tensor of the network and its shape.
std::map<std::string, std::vector<int64_t>> WantedShapes() {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const Convolution& layer : kConvolutions) {
    shapes[WeightName(layer)] = {layer.outputs, layer.inputs, 3, 3};
    shapes[BiasName(layer)] = {layer.outputs};
  }
  return shapes;
}

std::string ShapeText(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

// Compares names and shapes; `ShapeOf` gets the shape from a value of `tensors`.
template <typename Tensors, typename ShapeOf>
absl::Status CheckShapes(const Tensors& tensors, ShapeOf shape_of) {
  const auto wanted = WantedShapes();
  for (const auto& [name, shape] : wanted) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("VGG16 weights: tensor \"", name, "\" ", ShapeText(shape), " is missing"));
    }
    if (shape_of(found->second) != shape) {
      return absl::InvalidArgumentError(absl::StrCat("VGG16 weights: tensor \"", name, "\" has shape ",
                                                     ShapeText(shape_of(found->second)), ", wanted ",
                                                     ShapeText(shape)));
    }
  }
  for (const auto& [name, tensor] : tensors) {
    if (wanted.count(name) == 0 && !absl::StartsWith(name, "classifier.")) {
      return absl::InvalidArgumentError(absl::StrCat("VGG16 weights: tensor \"", name, "\" is no part of VGG16"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckValues(const std::string& name, const Tensor& tensor) {
  int64_t wanted = 1;
  for (const int64_t extent : tensor.shape) wanted *= extent;
  if (static_cast<int64_t>(tensor.values.size()) != wanted) {
    return absl::InvalidArgumentError(absl::StrCat("VGG16 weights: tensor \"", name, "\" holds ", tensor.values.size(),
                                                   " values, its shape wants ", wanted));
  }
  for (const float value : tensor.values) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("VGG16 weights: tensor \"", name, "\" holds a value that is not finite"));
    }
  }
  return absl::OkStatus();
}

at::Tensor CopyToTorch(const Tensor& tensor) {
  return torch::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape, torch::kFloat32).clone();
}

// The layers in TorchScript. getattr() because "self.features.0" is no Python.
std::string ForwardSource() {
  std::string source = "def forward(self, x):\n";
  for (const Convolution& layer : kConvolutions) {
    const std::string module = absl::StrCat("getattr(self.features, \"", layer.layer, "\")");
    absl::StrAppend(&source, "    x = torch.relu(torch.conv2d(x, ", module, ".weight, ", module,
                    ".bias, [1, 1], [1, 1]))\n");
    if (layer.pooled) absl::StrAppend(&source, "    x = torch.max_pool2d(x, [2, 2])\n");
  }
  return source + "    return torch.mean(x, [2, 3])\n";
}

torch::jit::Module Assemble(const NamedTensors& weights) {
  torch::jit::Module features("__torch__.lookalike.Features");
  for (const Convolution& layer : kConvolutions) {
    // A class of its own for each, because a class fixes its attributes by name, and names must not collide.
    torch::jit::Module convolution(absl::StrCat("__torch__.lookalike.Convolution", layer.layer));
    convolution.register_parameter("weight", CopyToTorch(weights.at(WeightName(layer))), /*is_buffer=*/false);
    convolution.register_parameter("bias", CopyToTorch(weights.at(BiasName(layer))), /*is_buffer=*/false);
    features.register_module(absl::StrCat(layer.layer), convolution);
  }
  torch::jit::Module network("__torch__.lookalike.Vgg16Gap");
  network.register_module("features", features);
  network.define(ForwardSource());
  network.eval();
  return network;
}

}  // namespace

absl::StatusOr<NamedTensors> ReadVgg16Weights(const SafetensorsFile& file) {
  const auto shape_of = [](const SafetensorsFile::Entry& entry) -> const auto& { return entry.shape; };
  if (absl::Status status = CheckShapes(file.entries(), shape_of); !status.ok()) return status;
  NamedTensors weights;
  for (const auto& [name, shape] : WantedShapes()) {
    absl::StatusOr<Tensor> tensor = file.Read(name);
    if (!tensor.ok()) return tensor.status();
    if (absl::Status status = CheckValues(name, *tensor); !status.ok()) return status;
    weights.emplace(name, *std::move(tensor));
  }
  return weights;
}

NamedTensors RandomVgg16Weights(uint64_t seed) {
  std::mt19937_64 generator(seed);
  NamedTensors weights;
  for (const Convolution& layer : kConvolutions) {
    const int64_t fan_in = layer.inputs * 9;
    const double bound = std::sqrt(6.0 / static_cast<double>(fan_in));
    Tensor weight{{layer.outputs, layer.inputs, 3, 3}, std::vector<float>(layer.outputs * fan_in)};
    for (float& value : weight.values) {
      const double unit = std::ldexp(static_cast<double>(generator() >> 11), -52) - 1;  // in [-1, 1)
      value = static_cast<float>(unit * bound);
    }
    weights.emplace(WeightName(layer), std::move(weight));
    weights.emplace(BiasName(layer), Tensor{{layer.outputs}, std::vector<float>(layer.outputs, 0.0f)});
  }
  return weights;
}

absl::StatusOr<std::shared_ptr<const TorchModule>> BuildVgg16(const NamedTensors& weights) {
  const auto shape_of = [](const Tensor& tensor) -> const auto& { return tensor.shape; };
  if (absl::Status status = CheckShapes(weights, shape_of); !status.ok()) return status;
  for (const auto& [name, tensor] : weights) {
    if (absl::Status status = CheckValues(name, tensor); !status.ok()) return status;
  }
  try {
    return std::make_shared<const TorchModule>(TorchModule{Assemble(weights)});
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("building VGG16 as TorchScript: ", error.what()));
  }
}

}  // namespace lookalike
