// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "libs/filter/attributes.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// Of one item.
inline constexpr size_t kMaxItemImages = 16;

// One view of a product.
struct ItemImage {
  Embedding embedding = {};  // normalised; empty where the caller did not ask for it
  // SHA-256 of the image file that it was made from, 64 lower-case hex digits; empty if unknown.
  std::string digest = {};
  // Of the write that brought it; set by the store, 0 where the reader need not know.
  uint64_t sequence = 0;
  // A JPEG to be kept beside it (CatalogStore::GetThumbnail). On the way in only, and with a digest; empty where there
  // is none, or where the item has an image of this digest already: its thumbnail stays then.
  std::string thumbnail = {};
};

// A product of the catalog as a store keeps it.
struct Item {
  std::string id;  // 1 to 512 bytes of UTF-8 without control characters
  Attributes attributes = {};
  std::vector<ItemImage> images = {};  // 1 to kMaxItemImages, in the caller's order; empty where no reader needs them
  std::string group = {};              // what its variants have in common; empty, or as an id
  uint64_t version = 0;                // the caller's own, of the last write that had one; 0: none had
  uint64_t sequence = 0;  // position of the item's last write in its collection's history, from 1; set by the store
};

// An item to delete.
struct ItemDeletion {
  std::string id;
  uint64_t version = 0;  // as Item::version
};

// Attributes of an item to change. The others, and all else of the item, stay as they are.
struct AttributeUpdate {
  std::string id;
  Attributes set = {};
  std::vector<std::string> remove = {};  // names; one that the item has not is no error
  uint64_t version = 0;                  // as Item::version
};

// What is fixed when a collection is made.
struct CollectionSpec {
  std::string name;       // 1 to 128 of A-Z a-z 0-9 _ - . , not starting with '.'
  size_t dimension = 0;   // floats an embedding, 1 to 4096
  std::string model_id;   // the model that every embedding comes from; empty: the caller's own, unchecked
  bool centered = false;  // similarity is the cosine after the mean embedding has been subtracted from both sides
};

// Ranking profiles by name: bytes that mean nothing to a store.
using RankingProfiles = std::map<std::string, std::string, std::less<>>;

struct CollectionInfo {
  CollectionSpec spec;
  uint64_t items = 0;              // items that can be found, exact
  uint64_t images = 0;             // of these items, exact
  uint64_t tombstones = 0;         // removed embeddings that still take up memory
  uint64_t backlog = 0;            // embeddings that the graph does not hold yet: searches compare with each
  uint64_t index_bytes = 0;        // memory of the vector index
  uint64_t sequence = 0;           // of the last write; 0 if there was none
  uint64_t mean_items = 0;         // centered: items that the mean in force was fitted on; 0 while there is none
  uint64_t snapshot_sequence = 0;  // the last sequence number that the snapshot on disk covers; 0 if there is none
  absl::Time snapshot_time = absl::InfinitePast();  // when it was made
  uint64_t snapshot_bytes = 0;                      // its size on disk
  uint64_t rebuilds = 0;                            // of the index since the start
  bool rebuilding = false;
  uint64_t unreachable = 0;  // what the last audit found; also by the one after each rebuild
  AttributeSchema schema;    // the attributes seen so far and their types
  RankingProfiles ranking_profiles;
};

}  // namespace lookalike
