// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/collection.h"
#include "libs/catalog/validation.h"

namespace lookalike {
namespace {

// In the order of their names, each once.
absl::StatusOr<std::set<std::string>> AttributesOf(const FacetQuery& query, const AttributeSchema& schema) {
  std::set<std::string> attributes(query.attributes.begin(), query.attributes.end());
  for (const std::string& attribute : attributes) {
    if (schema.count(attribute) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("attributes: no item has an attribute \"", attribute, "\""));
    }
  }
  for (auto known = schema.begin(); query.attributes.empty() && known != schema.end(); ++known) {
    if (attributes.size() < kMaxFacets) attributes.insert(known->first);
  }
  return attributes;
}

}  // namespace

// A lock for each facet, so that writers never wait for all of them.
absl::StatusOr<Facets> Collection::GetFacets(const FacetQuery& query, absl::Time deadline) const {
  if (absl::Status status = ValidateCount("max_values", query.max_values, 1, kMaxFacetValues); !status.ok()) {
    return status;
  }
  if (absl::Status status = ValidateCount("attributes", query.attributes.size(), 0, kMaxFacets); !status.ok()) {
    return status;
  }
  if (absl::Status status = gate_.Pass(query.min_sequence, deadline); !status.ok()) return status;
  absl::StatusOr<std::set<std::string>> attributes;
  Selection selection;
  {
    ReaderMutexLock lock(state_mutex_);
    if (absl::Status status = query.filter.CheckAgainst(stored_.schema); !status.ok()) return status;
    attributes = AttributesOf(query, stored_.schema);
    if (!attributes.ok()) return attributes.status();
    selection = items_.Select(query.filter);
  }
  Facets facets{.facets = {}, .items = selection.count};
  for (const std::string& attribute : *attributes) {
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("the deadline passed while facets were counted");
    ReaderMutexLock lock(state_mutex_);
    std::optional<Facet> facet = items_.FacetOf(attribute, selection, query.max_values);
    if (facet) facets.facets.push_back(*std::move(facet));
  }
  return facets;
}

}  // namespace lookalike
