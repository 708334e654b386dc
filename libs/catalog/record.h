// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/item.h"

// The bytes of keys and values in the store of record; docs/storage.md is their specification.
// Decoding checks everything: DataLoss for bytes that these functions did not write.
namespace lookalike {

// The key of an item: its collection's number, big-endian so that a collection's keys stand together, then its id.
std::string ItemKey(uint32_t collection_number, absl::string_view id);
// Where the keys of a collection end: the first key that belongs to a later one.
std::string EndOfCollection(uint32_t collection_number);
absl::string_view IdOfItemKey(absl::string_view key);

// The key of a change in the journal: its collection's number and its sequence number, both big-endian.
std::string JournalKey(uint32_t collection_number, uint64_t sequence);
absl::StatusOr<uint64_t> SequenceOfJournalKey(absl::string_view key);

// A change in the journal: what happened to which id.
std::string EncodeChange(absl::string_view id, bool deleted);
// The id is a piece of `record`.
absl::Status DecodeChange(absl::string_view record, absl::string_view& id, bool& deleted);

// The key of a thumbnail: its item's key, a zero byte, which no id has, and the digest of its image.
std::string ThumbnailKey(uint32_t collection_number, absl::string_view id, absl::string_view digest);

// Everything of an item but its id, embeddings and thumbnails, as CBOR (RFC 8949).
std::string EncodeItem(const Item& item);
absl::StatusOr<Item> DecodeItem(absl::string_view id, absl::string_view record);

// A deletion that is remembered: the caller's version, and when it was, to the second.
std::string EncodeDeletion(uint64_t version, absl::Time time);
absl::Status DecodeDeletion(absl::string_view record, uint64_t& version, absl::Time& time);

// An embedding as little-endian IEEE 754 singles: the very memory of `embedding`.
absl::string_view EncodeEmbedding(const Embedding& embedding);

// The embeddings of an item's images, one after another; decoded into as many images as there are.
std::string EncodeEmbeddings(const std::vector<ItemImage>& images);
absl::Status DecodeEmbeddings(absl::string_view record, size_t dimension, std::vector<ItemImage>& images);

// A collection's number and spec, as JSON.
std::string EncodeSpec(uint32_t number, const CollectionSpec& spec);
absl::Status DecodeSpec(absl::string_view record, uint32_t& number, CollectionSpec& spec);

// A collection's mean embedding, and how many items it is the mean of.
std::string EncodeMean(const Embedding& mean, uint64_t items);
absl::Status DecodeMean(absl::string_view record, size_t dimension, Embedding& mean, uint64_t& items);

// A schema, as a JSON object from attribute to the name of its type.
std::string EncodeSchema(const AttributeSchema& schema);
absl::StatusOr<AttributeSchema> DecodeSchema(absl::string_view record);

// Unsigned integers, little-endian.
std::string EncodeUint64(uint64_t value);
absl::StatusOr<uint64_t> DecodeUint64(absl::string_view record);

}  // namespace lookalike
