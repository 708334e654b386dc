// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/record.h"

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/catalog/cbor_writer.h"

namespace lookalike {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "records are written as the processor holds them");

constexpr size_t kPrefixBytes = sizeof(uint32_t);

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the store's record of ", what, " is damaged"));
}

// The bytes of `value`, the highest first, so that keys are ordered as their numbers are.
template <class Integer>
std::string BigEndian(Integer value) {
  std::string bytes(sizeof(value), '\0');
  for (size_t i = 0; i < sizeof(value); ++i) bytes[i] = static_cast<char>(value >> (8 * (sizeof(value) - 1 - i)));
  return bytes;
}

void Write(CborWriter& cbor, const AttributeValue& value) {
  if (const std::string* text = std::get_if<std::string>(&value)) return cbor.Text(*text);
  if (const double* number = std::get_if<double>(&value)) return cbor.Double(*number);
  if (const bool* truth = std::get_if<bool>(&value)) return cbor.Bool(*truth);
  const auto& list = std::get<std::vector<std::string>>(value);
  cbor.Array(list.size());
  for (const std::string& text : list) cbor.Text(text);
}

// Throws json::exception for a value that is none of the attribute types.
AttributeValue ToAttributeValue(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>();
  return value.get<std::vector<std::string>>();
}

}  // namespace

std::string ItemKey(uint32_t collection_number, absl::string_view id) {
  return absl::StrCat(BigEndian(collection_number), id);
}

std::string EndOfCollection(uint32_t collection_number) { return BigEndian(collection_number + 1); }

absl::string_view IdOfItemKey(absl::string_view key) { return key.substr(kPrefixBytes); }

std::string JournalKey(uint32_t collection_number, uint64_t sequence) {
  return absl::StrCat(BigEndian(collection_number), BigEndian(sequence));
}

absl::StatusOr<uint64_t> SequenceOfJournalKey(absl::string_view key) {
  uint64_t sequence = 0;
  if (key.size() != kPrefixBytes + sizeof(sequence)) return Damaged("a change");
  for (const char byte : key.substr(kPrefixBytes)) sequence = sequence << 8 | static_cast<uint8_t>(byte);
  return sequence;
}

std::string EncodeChange(absl::string_view id, bool deleted) { return absl::StrCat(deleted ? "D" : "U", id); }

absl::Status DecodeChange(absl::string_view record, absl::string_view& id, bool& deleted) {
  if (record.size() < 2 || (record[0] != 'U' && record[0] != 'D')) return Damaged("a change");
  id = record.substr(1);
  deleted = record[0] == 'D';
  return absl::OkStatus();
}

std::string EncodeItem(const Item& item) {
  std::string bytes;
  bytes.reserve(256);
  CborWriter cbor(bytes);
  cbor.Map(item.image_digest.empty() ? 2 : 3);
  cbor.Text("attributes");
  cbor.Map(item.attributes.size());
  for (const auto& [name, value] : item.attributes) {
    cbor.Text(name);
    Write(cbor, value);
  }
  if (!item.image_digest.empty()) {
    cbor.Text("image_digest");
    cbor.Text(item.image_digest);
  }
  cbor.Text("sequence");
  cbor.Unsigned(item.sequence);
  return bytes;
}

absl::StatusOr<Item> DecodeItem(absl::string_view id, absl::string_view record) {
  Item item;
  item.id = std::string(id);
  try {
    const json decoded = json::from_cbor(record.begin(), record.end());
    item.sequence = decoded.at("sequence").get<uint64_t>();
    item.image_digest = decoded.value("image_digest", "");
    for (const auto& [name, value] : decoded.at("attributes").items()) {
      item.attributes.emplace(name, ToAttributeValue(value));
    }
  } catch (const json::exception&) {
    return Damaged(absl::StrCat("item \"", id, "\""));
  }
  return item;
}

absl::string_view EncodeEmbedding(const Embedding& embedding) {
  return {reinterpret_cast<const char*>(embedding.data()), embedding.size() * sizeof(float)};
}

absl::StatusOr<Embedding> DecodeEmbedding(absl::string_view record, size_t dimension) {
  if (record.size() != dimension * sizeof(float)) return Damaged("an embedding");
  Embedding embedding(dimension);
  std::memcpy(embedding.data(), record.data(), record.size());
  return embedding;
}

std::string EncodeSpec(uint32_t number, const CollectionSpec& spec) {
  return json{{"number", number},
              {"name", spec.name},
              {"dimension", spec.dimension},
              {"model_id", spec.model_id},
              {"centered", spec.centered}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::Status DecodeSpec(absl::string_view record, uint32_t& number, CollectionSpec& spec) {
  try {
    const json decoded = json::parse(record.begin(), record.end());
    number = decoded.at("number").get<uint32_t>();
    spec.name = decoded.at("name").get<std::string>();
    spec.dimension = decoded.at("dimension").get<size_t>();
    spec.model_id = decoded.at("model_id").get<std::string>();
    spec.centered = decoded.value("centered", false);  // format 1 did not know it
  } catch (const json::exception&) {
    return Damaged("a collection");
  }
  return absl::OkStatus();
}

std::string EncodeMean(const Embedding& mean, uint64_t items) {
  return absl::StrCat(EncodeUint64(items), EncodeEmbedding(mean));
}

absl::Status DecodeMean(absl::string_view record, size_t dimension, Embedding& mean, uint64_t& items) {
  if (record.size() != sizeof(items) + dimension * sizeof(float)) return Damaged("a collection's mean");
  std::memcpy(&items, record.data(), sizeof(items));
  mean.resize(dimension);
  std::memcpy(mean.data(), record.data() + sizeof(items), dimension * sizeof(float));
  return absl::OkStatus();
}

std::string EncodeSchema(const AttributeSchema& schema) {
  json types = json::object();
  for (const auto& [name, type] : schema) types[name] = AttributeTypeName(type);
  return types.dump();
}

absl::StatusOr<AttributeSchema> DecodeSchema(absl::string_view record) {
  AttributeSchema schema;
  try {
    const json decoded = json::parse(record.begin(), record.end());
    for (const auto& [name, type_name] : decoded.items()) {
      const std::optional<AttributeType> type = AttributeTypeNamed(type_name.get<std::string>());
      if (!type) return Damaged("a collection's attributes");
      schema.emplace(name, *type);
    }
  } catch (const json::exception&) {
    return Damaged("a collection's attributes");
  }
  return schema;
}

std::string EncodeUint64(uint64_t value) { return std::string(reinterpret_cast<const char*>(&value), sizeof(value)); }

absl::StatusOr<uint64_t> DecodeUint64(absl::string_view record) {
  uint64_t value = 0;
  if (record.size() != sizeof(value)) return Damaged("a number");
  std::memcpy(&value, record.data(), sizeof(value));
  return value;
}

}  // namespace lookalike
