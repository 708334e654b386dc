// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/convolution_graph.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <torch/csrc/jit/ir/constants.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/encoding/torch_module.h"

namespace lookalike {
namespace {

using torch::jit::Node;
using torch::jit::Value;
using Integers = std::vector<int64_t>;

std::string Text(const Integers& values) { return absl::StrJoin(values, " × "); }

// The only node that reads `value`; null where there are several, or the graph returns it.
const Node* OnlyReader(const Value* value) {
  if (value->uses().size() != 1) return nullptr;
  const Node* reader = value->uses()[0].user;
  return reader->kind() == c10::prim::Return ? nullptr : reader;
}

bool IsA(const Node* node, std::initializer_list<c10::Symbol> kinds) {
  return node != nullptr && std::find(kinds.begin(), kinds.end(), node->kind()) != kinds.end();
}

std::string NameOf(const Node* node) { return node == nullptr ? "the end" : node->kind().toQualString(); }

// The constant that a node gets for an argument; nothing where it is computed, or the operator has no such argument.
std::optional<c10::IValue> Argument(const Node* node, const std::string& name) {
  if (!node->hasNamedInput(name)) return std::nullopt;
  const auto value = torch::jit::toIValue(node->namedInput(name));  // LibTorch 1.13 has an optional of its own
  return value.has_value() ? std::optional<c10::IValue>(*value) : std::nullopt;
}

std::optional<Integers> IntegersOf(const Node* node, const std::string& name) {
  const std::optional<c10::IValue> value = Argument(node, name);
  if (!value.has_value() || !value->isIntList()) return std::nullopt;
  return value->toIntVector();
}

std::optional<int64_t> IntegerOf(const Node* node, const std::string& name) {
  const std::optional<c10::IValue> value = Argument(node, name);
  if (!value.has_value() || !value->isInt()) return std::nullopt;
  return value->toInt();
}

bool IsTrue(const Node* node, const std::string& name) {
  const std::optional<c10::IValue> value = Argument(node, name);
  return value.has_value() && value->isBool() && value->toBool();
}

// A list argument with one value for each dimension; one value alone stands for both.
absl::Status ExpectIntegers(const Node* node, const std::string& name, const Integers& wanted) {
  std::optional<Integers> found = IntegersOf(node, name);
  if (!found.has_value()) return absl::FailedPreconditionError(absl::StrCat(name, " that are no constant numbers"));
  if (found->size() == 1 && wanted.size() == 2) found->push_back(found->front());
  if (*found == wanted) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(name, " ", Text(*found), ", wanted ", Text(wanted)));
}

absl::Status Expect(bool condition, const std::string& fault) {
  return condition ? absl::OkStatus() : absl::FailedPreconditionError(fault);
}

absl::StatusOr<std::vector<float>> FloatsOf(const Node* node, const std::string& name) {
  const std::optional<c10::IValue> value = Argument(node, name);
  if (!value.has_value() || !value->isTensor()) return Expect(false, absl::StrCat(name, " that is no constant tensor"));
  const at::Tensor tensor = value->toTensor();
  if (tensor.scalar_type() != at::kFloat || tensor.layout() != at::kStrided) {
    return Expect(false, absl::StrCat(name, " of type ", c10::toString(tensor.scalar_type()), ", wanted Float"));
  }
  const at::Tensor contiguous = tensor.contiguous();
  const float* values = contiguous.data_ptr<float>();
  return std::vector<float>(values, values + contiguous.numel());
}

absl::Status CheckConvolution(const Node* node) {
  const std::optional<c10::IValue> weight = Argument(node, "weight");
  if (!weight.has_value() || !weight->isTensor()) return Expect(false, "weight that is no constant tensor");
  const Integers shape = weight->toTensor().sizes().vec();
  if (shape.size() != 4) return Expect(false, absl::StrCat("a weight of ", shape.size(), " dimensions, wanted 4"));
  const std::optional<int64_t> groups = IntegerOf(node, "groups");
  for (const absl::Status& status :
       {Expect(shape[2] == 3 && shape[3] == 3, absl::StrCat("kernel ", shape[2], " × ", shape[3], ", wanted 3 × 3")),
        ExpectIntegers(node, "stride", {1, 1}), ExpectIntegers(node, "padding", {1, 1}),
        ExpectIntegers(node, "dilation", {1, 1}),
        Expect(groups == 1, absl::StrCat("groups ", groups.value_or(0), ", wanted 1")),
        Expect(!IsTrue(node, "transposed"), "transposed")}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<ConvolutionLayer> ReadConvolution(const Node* node) {
  if (absl::Status status = CheckConvolution(node); !status.ok()) return status;
  const at::Tensor weight = Argument(node, "weight")->toTensor();
  ConvolutionLayer layer{.inputs = static_cast<size_t>(weight.size(1)),
                         .outputs = static_cast<size_t>(weight.size(0)),
                         .weights = {},
                         .bias = std::vector<float>(weight.size(0), 0.0f)};
  absl::StatusOr<std::vector<float>> weights = FloatsOf(node, "weight");
  if (!weights.ok()) return weights.status();
  layer.weights = *std::move(weights);
  if (const std::optional<c10::IValue> bias = Argument(node, "bias"); bias.has_value() && bias->isNone()) return layer;
  absl::StatusOr<std::vector<float>> bias = FloatsOf(node, "bias");
  if (!bias.ok()) return bias.status();
  layer.bias = *std::move(bias);
  return layer;
}

absl::Status CheckPooling(const Node* node) {
  const std::optional<Integers> stride = IntegersOf(node, "stride");
  for (const absl::Status& status :
       {ExpectIntegers(node, "kernel_size", {2, 2}),
        // An empty stride is that of the kernel.
        stride.has_value() && stride->empty() ? absl::OkStatus() : ExpectIntegers(node, "stride", {2, 2}),
        ExpectIntegers(node, "padding", {0, 0}), ExpectIntegers(node, "dilation", {1, 1}),
        Expect(!IsTrue(node, "ceil_mode"), "ceil_mode")}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Whether `node` is the mean over the last two of four dimensions.
bool IsPictureMean(const Node* node) {
  std::optional<Integers> dimensions = IntegersOf(node, "dim");
  const std::optional<c10::IValue> type = Argument(node, "dtype");
  if (!dimensions.has_value() || !type.has_value() || !type->isNone()) return false;
  for (int64_t& dimension : *dimensions) dimension += dimension < 0 ? 4 : 0;
  std::sort(dimensions->begin(), dimensions->end());
  return *dimensions == Integers{2, 3};
}

// Whether `node` turns [batch, channels, 1, 1] into [batch, channels].
bool DropsPicture(const Node* node) {
  const std::optional<int64_t> end = IsA(node, {c10::aten::flatten}) ? IntegerOf(node, "end_dim") : std::nullopt;
  return end.has_value() && IntegerOf(node, "start_dim") == 1 && (*end == -1 || *end == 3);
}

// The value that follows the mean at the end of a chain; null where `node` does not begin one.
const Value* AfterMean(const Node* node) {
  const bool mean = IsA(node, {c10::aten::mean}) && IsPictureMean(node);
  if (mean && !IsTrue(node, "keepdim")) return node->output();
  const bool pooled = IsA(node, {c10::aten::adaptive_avg_pool2d}) && IntegersOf(node, "output_size") == Integers{1, 1};
  const Node* flatten = mean || pooled ? OnlyReader(node->output()) : nullptr;
  return DropsPicture(flatten) ? flatten->output() : nullptr;
}

absl::Status Within(const std::string& place, const absl::Status& status) {
  return absl::FailedPreconditionError(absl::StrCat(place, " has ", status.message()));
}

// Reads one convolution with what belongs to it, and moves `value` behind it.
absl::StatusOr<ConvolutionLayer> ReadLayer(const Value*& value, size_t number) {
  const Node* node = OnlyReader(value);
  const std::string place = absl::StrCat("convolution ", number);
  absl::StatusOr<ConvolutionLayer> layer = ReadConvolution(node);
  if (!layer.ok()) return Within(place, layer.status());
  const Node* relu = OnlyReader(node->output());
  if (!IsA(relu, {c10::aten::relu, c10::aten::relu_})) {
    return Expect(false, absl::StrCat("after ", place, " comes ", NameOf(relu), ", wanted aten::relu"));
  }
  value = relu->output();
  const Node* pooling = OnlyReader(value);
  if (!IsA(pooling, {c10::aten::max_pool2d})) return layer;
  if (absl::Status status = CheckPooling(pooling); !status.ok()) {
    return Within(absl::StrCat("the pooling after ", place), status);
  }
  layer->pooled = true;
  value = pooling->output();
  return layer;
}

absl::StatusOr<ConvolutionChain> Read(const torch::jit::Graph& graph) {
  if (graph.inputs().size() != 2) return Expect(false, "the network has more inputs than one");  // the first is itself
  const Value* value = graph.inputs()[1];
  ConvolutionChain chain;
  while (IsA(OnlyReader(value), {c10::aten::conv2d, c10::aten::_convolution})) {
    absl::StatusOr<ConvolutionLayer> layer = ReadLayer(value, chain.layers.size() + 1);
    if (!layer.ok()) return layer.status();
    chain.layers.push_back(*std::move(layer));
  }
  const Node* next = OnlyReader(value);
  const Value* end = AfterMean(next);
  if (chain.layers.empty() || end == nullptr) {
    return Expect(false, absl::StrCat("after ", chain.layers.size(), " convolutions comes ", NameOf(next),
                                      ", wanted another or the mean over the picture"));
  }
  if (graph.outputs().size() != 1 || graph.outputs()[0] != end) {
    return Expect(false, "the mean over the picture is not the network's only output");
  }
  if (absl::Status status = Validate(chain); !status.ok()) {
    return absl::FailedPreconditionError(status.message());
  }
  return chain;
}

}  // namespace

absl::StatusOr<ConvolutionChain> ReadConvolutionChain(const TorchModule& frozen) {
  try {
    return Read(*frozen.module.get_method("forward").graph());
  } catch (const std::exception& error) {
    return absl::FailedPreconditionError(absl::StrCat("the network's graph cannot be read: ", error.what()));
  }
}

}  // namespace lookalike
