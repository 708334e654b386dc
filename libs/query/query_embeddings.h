// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"
#include "libs/query/product_query.h"

namespace lookalike {

// Where the embeddings of a query come from: pictures from the encoder in one call, items from the store in another,
// embeddings as they are. Stateless and thread-safe.
class QueryEmbeddings {
 public:
  // Both must outlive it.
  QueryEmbeddings(Encoder* encoder, CatalogStore* store) : encoder_(encoder), store_(store) {}

  // One for each part, in their order, normalised.
  // NotFound: no such item. InvalidArgument: a picture or an embedding. FailedPrecondition: a picture, and the
  // encoder's model is not the collection's. Whatever the encoder or the store answers besides.
  absl::StatusOr<std::vector<Embedding>> Find(const CollectionSpec& collection, const ProductQuery& query,
                                              const EncodeOptions& options) const;

 private:
  absl::Status EncodeImages(const CollectionSpec& collection, const ProductQuery& query, const EncodeOptions& options,
                            std::vector<Embedding>& embeddings) const;
  absl::Status ReadItems(const CollectionSpec& collection, const ProductQuery& query, absl::Time deadline,
                         std::vector<Embedding>& embeddings) const;

  Encoder* const encoder_;
  CatalogStore* const store_;
};

// FailedPrecondition, naming both, unless pictures embedded by `encoder_model` belong into the collection.
absl::Status CheckEncoderModel(absl::string_view encoder_model, const CollectionSpec& collection);

}  // namespace lookalike
