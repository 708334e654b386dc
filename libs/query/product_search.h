// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"
#include "libs/filter/filter.h"
#include "libs/vector/embedding.h"

namespace lookalike {

inline constexpr size_t kMaxResults = 10'000;  // of one search

// "More like this."
struct ItemReference {
  std::string id;
  bool include_itself = false;  // among the results
};

// What to look for, and which products count.
struct ProductQuery {
  // A picture (its bytes must outlive the search), an item, or an embedding of the collection's model and dimension.
  std::variant<ImageInput, ItemReference, Embedding> target;
  size_t k = 10;                   // results wanted, 1 to kMaxResults
  Filter filter;                   // only items that match
  std::optional<float> min_score;  // cosine; only items at least this similar
  uint64_t min_sequence = 0;       // of a write that the results must have seen (CatalogStore)
};

struct ProductResults {
  std::vector<ScoredItem> items;  // most similar first, equal ones by id
  std::string model_id;           // of the collection
};

// The pipeline of a search: validate → embed → find neighbours → rank. What can be refused without a forward pass of
// the model is refused before it, but for another model, which is known by its answer. Stateless and thread-safe.
class ProductSearch {
 public:
  // Both must outlive the search.
  ProductSearch(Encoder* encoder, CatalogStore* store) : encoder_(encoder), store_(store) {}

  // NotFound: no such collection, or no such item to be like. InvalidArgument: k, filter, min_score, the picture or
  // the embedding. FailedPrecondition: a picture, and the encoder's model is not the collection's. Whatever the
  // encoder or the store answers besides.
  // Where `is_cancelled` comes to be true while the model is awaited: Cancelled.
  absl::StatusOr<ProductResults> Search(absl::string_view collection, const ProductQuery& query, absl::Time deadline,
                                        const CancellationCheck& is_cancelled = nullptr) const;

 private:
  absl::StatusOr<Embedding> Embed(const CollectionInfo& collection, const ProductQuery& query, absl::Time deadline,
                                  const CancellationCheck& is_cancelled) const;
  absl::StatusOr<Embedding> EmbedImage(const CollectionSpec& collection, const ImageInput& image,
                                       const EncodeOptions& options) const;
  absl::StatusOr<Embedding> EmbeddingOfItem(const CollectionSpec& collection, const std::string& id,
                                            uint64_t min_sequence, absl::Time deadline) const;

  Encoder* const encoder_;
  CatalogStore* const store_;
};

// FailedPrecondition, naming both, unless pictures embedded by `encoder_model` belong into the collection.
absl::Status CheckEncoderModel(absl::string_view encoder_model, const CollectionSpec& collection);

}  // namespace lookalike
