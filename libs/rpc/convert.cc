// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/convert.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using google::protobuf::Value;

absl::Status BadAttribute(absl::string_view name, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("attributes: \"", name, "\" ", problem));
}

absl::StatusOr<AttributeValue> StringList(absl::string_view name, const google::protobuf::ListValue& list) {
  std::vector<std::string> strings;
  for (const Value& element : list.values()) {
    if (element.kind_case() != Value::kStringValue) return BadAttribute(name, "is a list of other things than strings");
    strings.push_back(element.string_value());
  }
  return strings;
}

absl::StatusOr<AttributeValue> AttributeFromProto(absl::string_view name, const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return value.string_value();
    case Value::kNumberValue:
      return value.number_value();
    case Value::kBoolValue:
      return value.bool_value();
    case Value::kListValue:
      return StringList(name, value.list_value());
    default:
      return BadAttribute(name, "is neither a string, a number, a bool nor a list of strings");
  }
}

Value AttributeToProto(const AttributeValue& attribute) {
  Value value;
  if (const auto* text = std::get_if<std::string>(&attribute)) value.set_string_value(*text);
  if (const auto* number = std::get_if<double>(&attribute)) value.set_number_value(*number);
  if (const auto* flag = std::get_if<bool>(&attribute)) value.set_bool_value(*flag);
  if (const auto* list = std::get_if<std::vector<std::string>>(&attribute)) {
    auto* values = value.mutable_list_value();
    for (const std::string& element : *list) values->add_values()->set_string_value(element);
  }
  return value;
}

absl::StatusOr<AttributeType> AttributeTypeFromProto(const std::string& name) {
  if (const std::optional<AttributeType> type = AttributeTypeNamed(name)) return *type;
  return absl::InvalidArgumentError(absl::StrCat("attribute_types: \"", name, "\" is not a type"));
}

}  // namespace

absl::StatusOr<Attributes> FromProto(const AttributesProto& attributes) {
  Attributes result;
  for (const auto& [name, value] : attributes) {
    if (value.kind_case() == Value::kNullValue) continue;  // as if it were absent
    absl::StatusOr<AttributeValue> attribute = AttributeFromProto(name, value);
    if (!attribute.ok()) return attribute.status();
    result.emplace(name, *std::move(attribute));
  }
  return result;
}

void ToProto(const Attributes& attributes, AttributesProto& proto) {
  for (const auto& [name, value] : attributes) proto[name] = AttributeToProto(value);
}

Embedding FromProto(const v1::Embedding& embedding) { return {embedding.values().begin(), embedding.values().end()}; }

void ToProto(const Embedding& embedding, v1::Embedding& proto) {
  proto.mutable_values()->Assign(embedding.begin(), embedding.end());
}

CropBox FromProto(const v1::CropBox& crop) { return {crop.left(), crop.top(), crop.right(), crop.bottom()}; }

void ToProto(const CropBox& crop, v1::CropBox& proto) {
  proto.set_left(crop.left);
  proto.set_top(crop.top);
  proto.set_right(crop.right);
  proto.set_bottom(crop.bottom);
}

absl::StatusOr<Item> FromProto(const v1::Item& proto) {
  absl::StatusOr<Attributes> attributes = FromProto(proto.attributes());
  if (!attributes.ok()) return attributes.status();
  Item item;
  item.id = proto.id();
  item.attributes = *std::move(attributes);
  item.embedding = FromProto(proto.embedding());
  item.image_digest = proto.image_digest();
  item.sequence = proto.sequence();
  return item;
}

void ToProto(const Item& item, v1::Item& proto) {
  proto.set_id(item.id);
  ToProto(item.attributes, *proto.mutable_attributes());
  if (!item.embedding.empty()) ToProto(item.embedding, *proto.mutable_embedding());
  proto.set_image_digest(item.image_digest);
  proto.set_sequence(item.sequence);
}

absl::StatusOr<ScoredItem> FromProto(const v1::ScoredItem& proto) {
  absl::StatusOr<Attributes> attributes = FromProto(proto.attributes());
  if (!attributes.ok()) return attributes.status();
  ScoredItem item;
  item.item.id = proto.id();
  item.item.attributes = *std::move(attributes);
  item.score = proto.score();
  return item;
}

void ToProto(const ScoredItem& item, v1::ScoredItem& proto) {
  proto.set_id(item.item.id);
  proto.set_score(item.score);
  ToProto(item.item.attributes, *proto.mutable_attributes());
}

AuditReport FromProto(const v1::AuditResponse& response) {
  return {.stored = response.stored(),
          .indexed = response.indexed(),
          .unreachable = response.unreachable(),
          .missing = response.missing(),
          .phantom = response.phantom(),
          .mended = response.mended(),
          .examples = {response.examples().begin(), response.examples().end()}};
}

void ToProto(const AuditReport& report, v1::AuditResponse& proto) {
  proto.set_stored(report.stored);
  proto.set_indexed(report.indexed);
  proto.set_unreachable(report.unreachable);
  proto.set_missing(report.missing);
  proto.set_phantom(report.phantom);
  proto.set_mended(report.mended);
  *proto.mutable_examples() = {report.examples.begin(), report.examples.end()};
}

CollectionSpec SpecFromProto(const v1::Collection& collection) {
  return {collection.name(), collection.dimension(), collection.model_id(), collection.centered()};
}

absl::StatusOr<CollectionInfo> FromProto(const v1::Collection& proto) {
  CollectionInfo info;
  info.spec = SpecFromProto(proto);
  info.items = proto.items();
  info.tombstones = proto.tombstones();
  info.backlog = proto.backlog();
  info.index_bytes = proto.index_bytes();
  info.sequence = proto.sequence();
  info.mean_items = proto.mean_items();
  info.snapshot_sequence = proto.snapshot_sequence();
  for (const auto& [name, type_name] : proto.attribute_types()) {
    absl::StatusOr<AttributeType> type = AttributeTypeFromProto(type_name);
    if (!type.ok()) return type.status();
    info.schema.emplace(name, *type);
  }
  return info;
}

void ToProto(const CollectionSpec& spec, v1::Collection& proto) {
  proto.set_name(spec.name);
  proto.set_dimension(static_cast<uint32_t>(spec.dimension));
  proto.set_model_id(spec.model_id);
  proto.set_centered(spec.centered);
}

void ToProto(const CollectionInfo& info, v1::Collection& proto) {
  ToProto(info.spec, proto);
  proto.set_items(info.items);
  proto.set_tombstones(info.tombstones);
  proto.set_backlog(info.backlog);
  proto.set_index_bytes(info.index_bytes);
  proto.set_sequence(info.sequence);
  proto.set_mean_items(info.mean_items);
  proto.set_snapshot_sequence(info.snapshot_sequence);
  for (const auto& [name, type] : info.schema) (*proto.mutable_attribute_types())[name] = AttributeTypeName(type);
}

ModelInfo FromProto(const v1::Model& model) {
  return {.id = model.id(),
          .name = model.name(),
          .dimension = model.dimension(),
          .input_size = static_cast<int>(model.input_size()),
          .device = model.device(),
          .weights = model.weights(),
          .engine = model.engine()};
}

void ToProto(const ModelInfo& model, v1::Model& proto) {
  proto.set_id(model.id);
  proto.set_name(model.name);
  proto.set_dimension(static_cast<uint32_t>(model.dimension));
  proto.set_input_size(static_cast<uint32_t>(model.input_size));
  proto.set_device(model.device);
  proto.set_weights(model.weights);
  proto.set_engine(model.engine);
}

absl::Status FromProto(const v1::ItemError& error) {
  return absl::Status(static_cast<absl::StatusCode>(error.code()), error.message());
}

void ToProto(const absl::Status& status, v1::ItemError& proto) {
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));
}

}  // namespace lookalike
