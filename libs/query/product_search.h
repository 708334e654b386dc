// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"
#include "libs/query/candidate_pool.h"
#include "libs/query/product_query.h"
#include "libs/query/query_embeddings.h"

namespace lookalike {

// The pipeline of a search: validate → embed → find candidates → rank. What can be refused without a forward pass of
// the model is refused before it, but for another model, which is known by its answer. Stateless and thread-safe.
class ProductSearch {
 public:
  // Both must outlive the search.
  ProductSearch(Encoder* encoder, CatalogStore* store) : embeddings_(encoder, store), store_(store) {}

  // `collection` as the store has just told it. NotFound: it is gone, or there is no item to be like. InvalidArgument:
  // a member of the query that is not as product_query.h wants it. FailedPrecondition: a picture, and the encoder's
  // model is not the collection's; or a page that cannot be continued, the message beginning with
  // "page_token: expired". Whatever the encoder or the store answers besides.
  // Where `is_cancelled` comes to be true while the model is awaited: Cancelled.
  absl::StatusOr<ProductResults> Search(const CollectionInfo& collection, const ProductQuery& query,
                                        absl::Time deadline, const CancellationCheck& is_cancelled = nullptr) const;

 private:
  absl::StatusOr<ProductResults> SearchPage(const CollectionInfo& collection, const ProductQuery& query,
                                            absl::Time deadline) const;
  absl::StatusOr<ProductResults> SearchUnder(const CollectionInfo& collection, const ProductQuery& query,
                                             const std::vector<Embedding>& embeddings, size_t dropped_filters,
                                             absl::Time deadline) const;
  absl::StatusOr<CandidatePool> FindPool(const CollectionInfo& collection, const ProductQuery& query,
                                         const StoreQuery& store_query, absl::Time deadline) const;

  const QueryEmbeddings embeddings_;
  CatalogStore* const store_;
};

}  // namespace lookalike
