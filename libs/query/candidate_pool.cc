// SPDX-License-Identifier: Apache-2.0
#include "libs/query/candidate_pool.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace lookalike {

absl::StatusOr<CandidatePool> FindCandidates(CatalogStore& store, absl::string_view collection, StoreQuery query,
                                             const std::vector<std::string>& excluded_ids,
                                             const std::function<bool(const std::vector<ScoredItem>&)>& is_enough,
                                             absl::Time deadline) {
  const absl::flat_hash_set<absl::string_view> excluded(excluded_ids.begin(), excluded_ids.end());
  query.k = std::min(query.k, kMaxK);
  while (true) {
    absl::StatusOr<std::vector<std::vector<ScoredItem>>> answer = store.Search(collection, query, deadline);
    if (!answer.ok()) return answer.status();
    CandidatePool pool{.items = std::move(answer->front())};
    pool.is_all = pool.items.size() < query.k;
    if (!pool.is_all && query.k < kMaxK) {
      // Which of the equally similar ones came in is chance.
      const float last = pool.items.back().score;
      std::erase_if(pool.items, [last](const ScoredItem& item) { return item.score == last; });
    }
    std::erase_if(pool.items, [&](const ScoredItem& item) { return excluded.contains(item.item.id); });
    if (pool.is_all || query.k == kMaxK || is_enough(pool.items)) return pool;
    query.k = std::min(2 * query.k, kMaxK);
  }
}

}  // namespace lookalike
