// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/recovery/item_checker.h"
#include "tests/recovery/random.h"
#include "tests/recovery/search_checker.h"

namespace lookalike {
namespace {

using Stub = IndexClient::Stub;

// One collection that is both expected and there.
class CollectionChecker {
 public:
  CollectionChecker(IndexClient& client, const ExpectedCollection& expected, uint64_t seed, CheckResult& result)
      : client_(client), expected_(expected), random_(MixSeeds({seed, SeedOf(expected.name)})), result_(result) {}

  absl::StatusOr<ObservedCollection> Check(const v1::Collection& listed) {
    ObservedCollection observed;
    observed.centered = listed.centered();
    observed.sequence = listed.sequence();
    absl::StatusOr<ObservedItems> items = CheckItems(client_, expected_, random_, result_.problems);
    if (!items.ok()) return items.status();
    observed.items = *std::move(items);
    CheckFigures(listed, observed.items);
    if (absl::Status status = CheckInfo(listed); !status.ok()) return status;
    if (absl::Status status = CheckSearches(client_, expected_, observed, random_, result_); !status.ok()) {
      return status;
    }
    if (absl::Status status = CheckAudit(observed.items.size()); !status.ok()) return status;
    return observed;
  }

 private:
  void Report(Fault fault, const std::string& what, const std::string& wanted, const std::string& found) {
    result_.problems.push_back({fault, absl::StrCat(expected_.name, ": ", what), wanted, found});
  }

  void CheckFigures(const v1::Collection& listed, const ObservedItems& items) {
    if (listed.dimension() != expected_.dimension) {
      Report(Fault::kCount, "dimension", absl::StrCat(expected_.dimension), absl::StrCat(listed.dimension()));
    }
    if (expected_.life != Life::kCreating && listed.centered() != expected_.centered) {
      Report(Fault::kCount, "centered", absl::StrCat(expected_.centered), absl::StrCat(listed.centered()));
    }
    if (listed.items() != items.size()) {
      Report(Fault::kCount, "items", absl::StrCat(items.size(), ", as many as are listed"),
             absl::StrCat(listed.items()));
    }
    uint64_t least = expected_.highest_sequence;
    for (const auto& [id, written] : items) least = std::max(least, written.sequence);
    if (listed.sequence() < least) {
      Report(Fault::kSequence, "sequence of the collection", absl::StrCat("at least ", least),
             absl::StrCat(listed.sequence()));
    }
  }

  // GetCollection says what ListCollections says.
  absl::Status CheckInfo(const v1::Collection& listed) {
    v1::GetCollectionRequest request;
    request.set_name(expected_.name);
    const auto info = client_.Call(&Stub::GetCollection, request);
    if (!info.ok()) return info.status();
    if (info->items() != listed.items() || info->sequence() != listed.sequence()) {
      Report(Fault::kCount, "GetCollection beside ListCollections",
             absl::StrCat(listed.items(), " items, sequence ", listed.sequence()),
             absl::StrCat(info->items(), " items, sequence ", info->sequence()));
    }
    return absl::OkStatus();
  }

  absl::Status CheckAudit(size_t items) {
    v1::AuditRequest request;
    request.set_collection(expected_.name);
    const auto audit = client_.Call(&Stub::Audit, request);
    if (absl::IsUnimplemented(audit.status())) return absl::OkStatus();
    if (!audit.ok()) return audit.status();
    const bool clean = audit->unreachable() == 0 && audit->missing() == 0 && audit->phantom() == 0;
    if (!clean || audit->stored() != items || audit->images() < items || audit->indexed() != audit->images()) {
      Report(Fault::kAudit, "Audit", absl::StrCat("stored ", items, ", all their images indexed, all else 0"),
             audit->ShortDebugString());
    }
    return absl::OkStatus();
  }

  IndexClient& client_;
  const ExpectedCollection& expected_;
  Random random_;
  CheckResult& result_;
};

bool MayBeAbsent(const ExpectedCollection& collection) { return collection.life != Life::kAlive; }

void CheckAbsent(const Expectation& expectation, const Observation& observation, Problems& problems) {
  for (const auto& [name, expected] : expectation) {
    if (observation.contains(name) || MayBeAbsent(expected)) continue;
    problems.push_back({Fault::kMissingCollection, name, absl::StrCat(expected.items.size(), " items"), "nothing"});
  }
}

// A call that fails with anything but "gone" is a finding, not the end of the check.
template <class Value>
bool FailedForGood(const absl::StatusOr<Value>& value, const std::string& where, Problems& problems) {
  if (value.ok() || ServerGone(value.status())) return false;
  problems.push_back({Fault::kCall, where, "an answer", value.status().ToString()});
  return true;
}

}  // namespace

absl::StatusOr<CheckResult> CheckAll(IndexClient& client, const Expectation& expectation, uint64_t seed) {
  CheckResult result;
  const auto listed = client.Call(&Stub::ListCollections, v1::ListCollectionsRequest());
  if (FailedForGood(listed, "ListCollections", result.problems)) return result;
  if (!listed.ok()) return listed.status();
  for (const v1::Collection& collection : listed->collections()) {
    const auto expected = expectation.find(collection.name());
    const bool twice = result.observation.contains(collection.name());
    if (expected == expectation.end() || expected->second.life == Life::kDropped || twice) {
      result.problems.push_back({Fault::kPhantomCollection, collection.name(), "no such collection",
                                 absl::StrCat(collection.items(), " items", twice ? ", listed twice" : "")});
      continue;
    }
    CollectionChecker checker(client, expected->second, seed, result);
    absl::StatusOr<ObservedCollection> observed = checker.Check(collection);
    if (!FailedForGood(observed, collection.name(), result.problems) && !observed.ok()) return observed.status();
    result.observation[collection.name()] = observed.ok() ? *std::move(observed) : ObservedCollection{};
  }
  CheckAbsent(expectation, result.observation, result.problems);
  return result;
}

}  // namespace lookalike
