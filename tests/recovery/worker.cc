// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/recovery/filter_probe.h"
#include "tests/recovery/item_checker.h"
#include "tests/recovery/search_checker.h"

namespace lookalike {
namespace {

using Stub = IndexClient::Stub;

// The collections that come and go, and how many ids each can have.
struct Shop {
  const char* name;
  uint64_t ids;
};
const std::vector<Shop> kShops = {{"shop-large", 2500}, {"shop-middle", 1000}, {"shop-small", 300},
                                  {"shop-coming", 300}, {"shop-tiny", 40},     {"shop-going", 40}};
const std::vector<uint32_t> kDimensions = {8, 16, 24, 32, 48, 64, 96};

constexpr uint64_t kLargestBatch = 200;
constexpr uint64_t kOneSharedIn = 8;

uint64_t IdsOf(const std::string& collection) {
  const auto shop = std::find_if(kShops.begin(), kShops.end(), [&](const Shop& s) { return s.name == collection; });
  return shop == kShops.end() ? 1 : shop->ids;
}

// Bits that MakeEmbedding() does not use to choose twins.
uint64_t OwnerBits(const std::string& id) { return SeedOf(id) >> 32; }

Outcome OutcomeOf(const v1::WriteOutcome& outcome) {
  if (!outcome.has_error()) return Outcome::kDone;
  // Of a write that ran into a full disk or memory, a part may have happened.
  const auto code = static_cast<absl::StatusCode>(outcome.error().code());
  return code == absl::StatusCode::kResourceExhausted ? Outcome::kOpen : Outcome::kRefused;
}

}  // namespace

Worker::Worker(std::shared_ptr<grpc::Channel> channel, Oracle* oracle, uint64_t seed, uint64_t cycle, uint64_t number,
               uint64_t workers)
    : client_(std::move(channel)),
      oracle_(oracle),
      cycle_(cycle),
      number_(number),
      workers_(workers),
      random_(MixSeeds({seed, cycle, number})) {}

bool Worker::Step() {
  const std::vector<Target> targets = oracle_->Alive();
  if (targets.empty() || (targets.size() < kShops.size() && random_.Chance(0.02))) return Create();
  const Target& target = random_.Pick(targets);
  const uint64_t percent = random_.Below(100);
  if (percent < 45) return Upsert(target);
  if (percent < 55) return Delete(target);
  if (percent < 70) return Search(target);
  if (percent < 80) return SearchFiltered(target);
  if (percent < 92) return Get(target);
  if (percent < 95) return List(target);
  // The larger a collection, the longer it takes to fill again.
  if (percent < 97 && random_.Chance(20.0 / static_cast<double>(20 + IdsOf(target.name)))) return Drop(target);
  return Inspect(target);
}

bool Worker::Upsert(const Target& target) {
  const uint64_t size = random_.Chance(0.4) ? 1 : random_.Between(2, kLargestBatch);
  v1::IndexUpsertRequest request;
  request.set_collection(target.name);
  std::vector<Change> changes;
  for (uint64_t i = 0; i < size; ++i) {
    changes.push_back({RandomId(target), NextVersion()});
    *request.add_items() = MakeItem(target.name, target.dimension, changes.back().id, changes.back().version);
  }
  const uint64_t ticket = oracle_->BeginWrite(target, changes);
  if (ticket == 0) return true;
  return EndWrite(target, ticket, changes.size(), Call(&Stub::Upsert, request));
}

bool Worker::Delete(const Target& target) {
  v1::IndexDeleteRequest request;
  request.set_collection(target.name);
  std::vector<Change> changes;
  for (uint64_t i = random_.Between(1, 20); i > 0; --i) {
    changes.push_back({RandomId(target), kAbsent});
    request.add_ids(changes.back().id);
  }
  const uint64_t ticket = oracle_->BeginWrite(target, changes);
  if (ticket == 0) return true;
  return EndWrite(target, ticket, changes.size(), Call(&Stub::Delete, request));
}

bool Worker::EndWrite(const Target& target, uint64_t ticket, size_t changes,
                      const absl::StatusOr<v1::IndexWriteResponse>& answer) {
  if (ServerGone(answer.status())) {
    oracle_->LoseWrite(ticket);
    return false;
  }
  std::vector<Outcome> outcomes;
  if (answer.ok()) {
    for (const v1::WriteOutcome& outcome : answer->outcomes()) {
      outcomes.push_back(OutcomeOf(outcome));
      const bool allowed =
          outcomes.back() != Outcome::kRefused || outcome.error().code() == grpc::StatusCode::NOT_FOUND;
      if (!allowed) Report(Fault::kCall, target, "write", "done", outcome.error().ShortDebugString());
    }
  } else {
    ReportFailure(target, "write", answer.status());
    outcomes.assign(changes, absl::IsNotFound(answer.status()) ? Outcome::kRefused : Outcome::kOpen);
  }
  if (outcomes.size() != changes) {
    Report(Fault::kCount, target, "write", absl::StrCat(changes, " outcomes"), absl::StrCat(outcomes.size()));
    outcomes.resize(changes, Outcome::kOpen);
  }
  oracle_->EndWrite(ticket, outcomes, answer.ok() ? answer->sequence() : 0);
  return true;
}

bool Worker::Get(const Target& target) {
  v1::IndexGetRequest request;
  request.set_collection(target.name);
  request.set_with_embeddings(true);
  request.set_min_sequence(MinSequence(target));
  for (uint64_t i = random_.Between(1, 50); i > 0; --i) request.add_ids(RandomId(target));
  const auto answer = Call(&Stub::Get, request);
  if (!answer.ok()) {
    ReportFailure(target, "Get", answer.status());
    return !ServerGone(answer.status());
  }
  for (int i = 0; i < std::min(request.ids_size(), answer->results_size()); ++i) {
    const v1::GetResult& result = answer->results(i);
    if (result.has_item()) {
      const Judgement judgement = Judge(target.name, target.dimension, result.item(), {.embedding = true});
      if (judgement.wholeness != Wholeness::kWhole) {
        Report(Fault::kMixed, target, "Get " + request.ids(i), "a whole item", judgement.problem);
      }
    }
    CheckOwn(target, request.ids(i), result.has_item() ? &result.item() : nullptr);
  }
  return true;
}

bool Worker::List(const Target& target) {
  const auto expected = oracle_->Items(target, RandomId(target), 50);
  v1::ListRequest request;
  request.set_collection(target.name);
  request.set_min_sequence(MinSequence(target));
  request.set_limit(static_cast<uint32_t>(random_.Between(100, 3000)));
  std::map<std::string, v1::Item> listed;
  do {
    const auto page = Call(&Stub::List, request);
    if (!page.ok()) {
      ReportFailure(target, "List", page.status());
      return !ServerGone(page.status());
    }
    for (const v1::Item& item : page->items()) {
      if (!listed.emplace(item.id(), item).second) {
        Report(Fault::kDuplicate, target, "List " + item.id(), "listed once", "listed twice");
      }
    }
    request.set_cursor(page->next_cursor());
  } while (!request.cursor().empty());
  for (const auto& [id, item] : expected) {
    const auto found = listed.find(id);
    CheckOwn(target, id, found == listed.end() ? nullptr : &found->second);
  }
  return true;
}

bool Worker::Search(const Target& target) {
  const Change query = OwnItem(target);
  if (query.id.empty()) return true;
  v1::IndexSearchRequest request;
  request.set_collection(target.name);
  request.set_min_sequence(MinSequence(target));
  request.set_k(static_cast<uint32_t>(random_.Between(1, 20)));
  const Embedding embedding = MakeEmbedding(target.name, target.dimension, query.id, query.version);
  request.add_queries()->mutable_values()->Assign(embedding.begin(), embedding.end());
  const auto answer = Call(&Stub::Search, request);
  if (!answer.ok()) {
    ReportFailure(target, "Search", answer.status());
    return !ServerGone(answer.status());
  }
  if (answer->results_size() == 1) CheckResults(target, query, answer->results(0));
  return true;
}

bool Worker::SearchFiltered(const Target& target) {
  const Change query = OwnItem(target);
  if (query.id.empty()) return true;
  const FilterProbe probe = MakeFilterProbe(MakeFacts(target.name, query.id, query.version), random_);
  v1::IndexSearchRequest request;
  request.set_collection(target.name);
  request.set_min_sequence(MinSequence(target));
  request.set_k(static_cast<uint32_t>(random_.Between(1, 20)));
  request.set_filter(probe.text);
  const Embedding embedding = MakeEmbedding(target.name, target.dimension, query.id, query.version);
  request.add_queries()->mutable_values()->Assign(embedding.begin(), embedding.end());
  const auto answer = Call(&Stub::Search, request);
  if (!answer.ok()) {
    ReportFailure(target, "Search", answer.status());
    return !ServerGone(answer.status());
  }
  if (answer->results_size() != 1) return true;
  for (const v1::ScoredItem& result : answer->results(0).results()) {
    if (probe.matches(MakeFacts(target.name, result.id(), ClaimedVersion(result.attributes())))) continue;
    Report(Fault::kFilter, target, "search where " + probe.text, "only what matches", result.ShortDebugString());
  }
  CheckResults(target, query, answer->results(0));
  return true;
}

bool Worker::Inspect(const Target& target) {
  v1::GetCollectionRequest request;
  request.set_name(target.name);
  const uint64_t least = oracle_->HighestSequence(target);
  const auto info = Call(&Stub::GetCollection, request);
  if (!info.ok()) {
    ReportFailure(target, "GetCollection", info.status());
    return !ServerGone(info.status());
  }
  if (info->sequence() < least) {
    Report(Fault::kSequence, target, "GetCollection", absl::StrCat("at least ", least), absl::StrCat(info->sequence()));
  }
  // Its figures are checked when nobody writes. Here it only works beside the others.
  v1::AuditRequest audit;
  audit.set_collection(target.name);
  const absl::Status audited = Call(&Stub::Audit, audit).status();
  if (!audited.ok() && !absl::IsUnimplemented(audited)) ReportFailure(target, "Audit", audited);
  return !ServerGone(audited) && !ServerGone(Call(&Stub::GetStats, v1::GetStatsRequest()).status());
}

bool Worker::Create() {
  const std::string name = random_.Pick(kShops).name;
  v1::CreateCollectionRequest request;
  request.mutable_collection()->set_name(name);
  request.mutable_collection()->set_dimension(random_.Pick(kDimensions));
  request.mutable_collection()->set_centered(random_.Chance(0.2));
  if (!oracle_->BeginCreate(name, request.collection().dimension())) return true;
  const auto made = Call(&Stub::CreateCollection, request);
  oracle_->EndCreate(name, made.ok() ? Outcome::kDone : Outcome::kOpen, made.ok() && made->centered());
  if (!made.ok()) ReportFailure({name, 0, 0}, "CreateCollection", made.status());
  return !ServerGone(made.status());
}

bool Worker::Drop(const Target& target) {
  if (!oracle_->BeginDrop(target)) return true;
  v1::DeleteCollectionRequest request;
  request.set_name(target.name);
  const auto dropped = Call(&Stub::DeleteCollection, request);
  oracle_->EndDrop(target, dropped.ok() ? Outcome::kDone : Outcome::kOpen);
  if (!dropped.ok()) ReportFailure({target.name, 0, 0}, "DeleteCollection", dropped.status());
  return !ServerGone(dropped.status());
}

void Worker::ReportFailure(const Target& target, const char* call, const absl::Status& status) {
  if (ServerGone(status) || absl::IsResourceExhausted(status)) return;
  // An incarnation of 0 is nobody's: the call was about the collection itself.
  if (target.incarnation == 0) {
    problems_.push_back({Fault::kCall, absl::StrCat(target.name, ": ", call), "an answer", status.ToString()});
  } else {
    Report(Fault::kCall, target, call, "an answer", status.ToString());
  }
}

void Worker::Report(Fault fault, const Target& target, const std::string& what, const std::string& wanted,
                    const std::string& found) {
  // While a collection goes its calls may fail, and those after it may reach another of its name.
  if (!oracle_->IsAlive(target)) return;
  problems_.push_back({fault, absl::StrCat("under load: ", target.name, ": ", what), wanted, found});
}

bool Worker::IsOwn(const std::string& id) const {
  const uint64_t bits = OwnerBits(id);
  return bits % kOneSharedIn != 0 && bits / kOneSharedIn % workers_ == number_;
}

std::string Worker::RandomId(const Target& target) {
  for (;;) {
    const uint64_t number = random_.Below(IdsOf(target.name));
    std::string id = absl::StrCat(number % 9 == 0 ? "größe " : "item-", number);
    if (IsOwn(id) || OwnerBits(id) % kOneSharedIn == 0) return id;
  }
}

Change Worker::OwnItem(const Target& target) {
  for (const auto& [id, item] : oracle_->Items(target, RandomId(target), 20)) {
    const bool there = item.acknowledged.version != kAbsent && item.pending.empty();
    if (IsOwn(id) && there) return {id, item.acknowledged.version};
  }
  return {};
}

void Worker::CheckOwn(const Target& target, const std::string& id, const v1::Item* found) {
  if (!IsOwn(id)) return;
  const Written written =
      found == nullptr ? Written{} : Written{ClaimedVersion(found->attributes()), found->sequence()};
  Problems wrong;
  CheckWritten(id, oracle_->Item(target, id), written, wrong);
  for (const Problem& problem : wrong) Report(problem.fault, target, "read " + id, problem.expected, problem.found);
}

void Worker::CheckResults(const Target& target, const Change& query, const v1::ScoredItems& results) {
  bool found = false;
  double worst = -1;
  for (const v1::ScoredItem& result : results.results()) {
    const Judgement judgement =
        Judge(target.name, target.dimension, ItemOf(result), {.embedding = false, .digest = false});
    if (judgement.wholeness != Wholeness::kWhole) {
      Report(Fault::kMixed, target, "search result " + result.id(), "a whole item", judgement.problem);
    }
    if (IsOwn(result.id())) {
      const ExpectedItem expected = oracle_->Item(target, result.id());
      if (expected.pending.empty() && judgement.version != expected.acknowledged.version) {
        Report(Fault::kStale, target, "search result " + result.id(), VersionText(expected.acknowledged.version),
               VersionText(judgement.version));
      }
    }
    found |= result.id() == query.id && result.score() >= kOwnScore;
    worst = result.score();
  }
  if (!oracle_->IsAlive(target)) return;
  ++own_searches_.count;
  // Where more than k items share its embedding, others of them may stand there.
  if (found || worst >= kOwnScore) return;
  own_searches_.misses.push_back(
      {Fault::kNotFound,
       absl::StrCat("under load: ", target.name, ": search with ", query.id, "=", VersionText(query.version)),
       "the item itself", absl::StrCat(results.results_size(), " others, the last with score ", worst)});
}

}  // namespace lookalike
