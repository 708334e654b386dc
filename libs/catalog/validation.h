// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "libs/catalog/item.h"

// What a store lets in. Every message begins with the name of the field that is wrong.
namespace lookalike {

inline constexpr size_t kMaxIdBytes = 512;
inline constexpr size_t kMaxCollectionNameBytes = 128;
inline constexpr size_t kMaxDimension = 4096;
inline constexpr size_t kMaxModelIdBytes = 256;
// Names and values of one item's attributes together: they are kept in memory and come with every result.
inline constexpr size_t kMaxAttributesBytes = 64 << 10;
// Of the JPEG that is kept with an image.
inline constexpr size_t kMaxThumbnailBytes = 1 << 20;
// Different attribute names in one collection: more is a sign of names made from data.
inline constexpr size_t kMaxSchemaAttributes = 1024;

// InvalidArgument unless the id is 1 to kMaxIdBytes of UTF-8 without control characters. Cheap; thread-safe.
absl::Status ValidateItemId(absl::string_view id);

// Likewise of a group, which may be empty.
absl::Status ValidateGroup(absl::string_view group);

// InvalidArgument unless every member is within the limits that item.h states.
absl::Status ValidateSpec(const CollectionSpec& spec);

// InvalidArgument, naming `name`, unless a ranking profile can have that name: what a collection's can be.
absl::Status ValidateProfileName(absl::string_view name);

// InvalidArgument unless the item can be kept in a collection of `dimension` under `schema`. On success its embeddings
// are normalised and its attributes have been added to `schema`; on failure `schema` is as before.
absl::Status PrepareItem(size_t dimension, AttributeSchema& schema, Item& item);

// The same of attributes alone.
absl::Status PrepareAttributes(AttributeSchema& schema, const Attributes& attributes);

// InvalidArgument, naming `field`, unless least <= value <= most.
absl::Status ValidateCount(absl::string_view field, size_t value, size_t least, size_t most);

// FailedPrecondition, naming both models, where both are known and differ: their embeddings cannot be compared.
absl::Status ValidateModel(absl::string_view offered, const CollectionSpec& spec);

}  // namespace lookalike
