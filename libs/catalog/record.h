// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/catalog/item.h"

// The bytes of keys and values in the store of record; docs/storage.md is their specification.
// Decoding checks everything: DataLoss for bytes that these functions did not write.
namespace lookalike {

// The key of an item: its collection's number, big-endian so that a collection's keys stand together, then its id.
std::string ItemKey(uint32_t collection_number, absl::string_view id);
// Where the keys of a collection end: the first key that belongs to a later one.
std::string EndOfCollection(uint32_t collection_number);
absl::string_view IdOfItemKey(absl::string_view key);

// Everything of an item but its id and embedding, as CBOR (RFC 8949).
std::string EncodeItem(const Item& item);
absl::StatusOr<Item> DecodeItem(absl::string_view id, absl::string_view record);

// An embedding as little-endian IEEE 754 singles.
std::string EncodeEmbedding(const Embedding& embedding);
absl::StatusOr<Embedding> DecodeEmbedding(absl::string_view record, size_t dimension);

// A collection's number and spec, as JSON.
std::string EncodeSpec(uint32_t number, const CollectionSpec& spec);
absl::Status DecodeSpec(absl::string_view record, uint32_t& number, CollectionSpec& spec);

// A schema, as a JSON object from attribute to the name of its type.
std::string EncodeSchema(const AttributeSchema& schema);
absl::StatusOr<AttributeSchema> DecodeSchema(absl::string_view record);

// Unsigned integers, little-endian.
std::string EncodeUint64(uint64_t value);
absl::StatusOr<uint64_t> DecodeUint64(absl::string_view record);

}  // namespace lookalike
