// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"

namespace lookalike {

// The most similar items of a collection, with none missing between them: where several are equally similar, all of
// them are there or none.
struct CandidatePool {
  std::vector<ScoredItem> items;  // by similarity, equal ones by id
  bool is_all = false;            // no other item matches the query
};

// Asks `store` for the nearest to `query`, first for query.k of them and then for more and more, up to kMaxK, until
// `is_enough` of those found. Those in `excluded_ids` are left out before.
// Errors: the store's.
absl::StatusOr<CandidatePool> FindCandidates(CatalogStore& store, absl::string_view collection, StoreQuery query,
                                             const std::vector<std::string>& excluded_ids,
                                             const std::function<bool(const std::vector<ScoredItem>&)>& is_enough,
                                             absl::Time deadline);

}  // namespace lookalike
