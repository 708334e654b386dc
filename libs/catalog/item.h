// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "libs/filter/attributes.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// A product of the catalog as a store keeps it.
struct Item {
  std::string id;  // 1 to 512 bytes of UTF-8 without control characters
  Attributes attributes;
  Embedding embedding;       // normalised; empty where the caller did not ask for it
  std::string image_digest;  // SHA-256 of the image file that the embedding was made from, in hex; empty if unknown
  uint64_t sequence = 0;     // position of the item's last write in its collection's history, from 1; set by the store
};

// What is fixed when a collection is made.
struct CollectionSpec {
  std::string name;      // 1 to 128 of A-Z a-z 0-9 _ - . , not starting with '.'
  size_t dimension = 0;  // floats an embedding, 1 to 4096
  std::string model_id;  // the model that every embedding comes from; empty: the caller's own, unchecked
  // Similarity is the cosine after the mean embedding has been subtracted from both sides.
  bool centered = false;
};

struct CollectionInfo {
  CollectionSpec spec;
  uint64_t items = 0;       // items that can be found, exact
  uint64_t tombstones = 0;  // removed embeddings that still take up memory
  uint64_t sequence = 0;    // of the last write; 0 if there was none
  AttributeSchema schema;   // the attributes seen so far and their types
};

}  // namespace lookalike
