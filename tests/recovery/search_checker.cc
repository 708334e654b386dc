// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/search_checker.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/recovery/filter_probe.h"

namespace lookalike {
namespace {

using Stub = IndexClient::Stub;

// Per check and collection: enough that a fault of one item in a hundred is found at once, and few enough for a second.
constexpr size_t kOwnQueries = 400;
constexpr size_t kFormerQueries = 150;
constexpr size_t kFilterQueries = 8;
constexpr size_t kQueriesInCall = 100;

// An embedding to search with, and the version of the item that it is from.
struct Query {
  std::string id;
  Version version = kAbsent;
};

class SearchChecker {
 public:
  SearchChecker(IndexClient& client, const ExpectedCollection& expected, const ObservedCollection& observed,
                Random& random, CheckResult& result)
      : client_(client), expected_(expected), observed_(observed), random_(random), result_(result) {
    for (const auto& [id, written] : observed_.items) present_.push_back({id, written.version});
  }

  absl::Status Check() {
    if (absl::Status status = CheckOwn(); !status.ok()) return status;
    if (absl::Status status = CheckFormer(); !status.ok()) return status;
    for (size_t i = 0; i < kFilterQueries && !present_.empty(); ++i) {
      if (absl::Status status = CheckFilter(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  void Report(Fault fault, const std::string& what, const std::string& wanted, const std::string& found) {
    result_.problems.push_back({fault, absl::StrCat(expected_.name, ": ", what), wanted, found});
  }
  void Miss(const std::string& what, const std::string& wanted, const std::string& found) {
    result_.own_searches.misses.push_back({Fault::kNotFound, absl::StrCat(expected_.name, ": ", what), wanted, found});
  }
  Embedding EmbeddingOf(const Query& query) const {
    return MakeEmbedding(expected_.name, expected_.dimension, query.id, query.version);
  }

  std::vector<Query> Sample(std::vector<Query> from, size_t most) {
    for (size_t i = 0; i < std::min(most, from.size()); ++i) {
      std::swap(from[i], from[i + random_.Below(from.size() - i)]);
    }
    from.resize(std::min(most, from.size()));
    return from;
  }

  v1::IndexSearchRequest Request(uint64_t k) const {
    v1::IndexSearchRequest request;
    request.set_collection(expected_.name);
    request.set_k(static_cast<uint32_t>(k));
    return request;
  }

  // Calls check(query, results) for each query.
  template <class CheckResults>
  absl::Status Search(const std::vector<Query>& queries, CheckResults check) {
    for (size_t begin = 0; begin < queries.size(); begin += kQueriesInCall) {
      const size_t end = std::min(begin + kQueriesInCall, queries.size());
      v1::IndexSearchRequest request = Request(random_.Between(1, 5));
      for (size_t i = begin; i < end; ++i) {
        const Embedding embedding = EmbeddingOf(queries[i]);
        request.add_queries()->mutable_values()->Assign(embedding.begin(), embedding.end());
      }
      const auto answer = client_.Call(&Stub::Search, request);
      if (!answer.ok()) return answer.status();
      if (static_cast<size_t>(answer->results_size()) != end - begin) {
        Report(Fault::kCount, "Search", absl::StrCat(end - begin, " lists"), absl::StrCat(answer->results_size()));
        continue;
      }
      for (size_t i = begin; i < end; ++i) {
        const v1::ScoredItems& results = answer->results(static_cast<int>(i - begin));
        const std::string name =
            absl::StrCat("search with ", queries[i].id, "=", VersionText(queries[i].version), ", k ", request.k());
        CheckResultList(name, EmbeddingOf(queries[i]), results, std::min<size_t>(request.k(), present_.size()));
        check(name, queries[i], results);
      }
    }
    return absl::OkStatus();
  }

  // What holds of every list of results.
  void CheckResultList(const std::string& name, const Embedding& query, const v1::ScoredItems& results, size_t wanted) {
    if (static_cast<size_t>(results.results_size()) != wanted) {
      Report(Fault::kNotFound, name, absl::StrCat(wanted, " results"), absl::StrCat(results.results_size()));
    }
    std::set<std::string> ids;
    float last = 1;
    for (const v1::ScoredItem& result : results.results()) {
      if (!ids.insert(result.id()).second) Report(Fault::kDuplicate, name, "each id once", result.id() + " twice");
      if (result.score() > last) {
        Report(Fault::kScore, name, "most similar first", absl::StrCat(result.score(), " after ", last));
      }
      last = result.score();
      CheckOneResult(name, query, result);
    }
  }

  void CheckOneResult(const std::string& name, const Embedding& query, const v1::ScoredItem& result) {
    const auto there = observed_.items.find(result.id());
    const Version claimed = ClaimedVersion(result.attributes());
    const std::string found = absl::StrCat(result.id(), "=", VersionText(claimed), " with score ", result.score());
    if (there == observed_.items.end()) return Report(Fault::kPhantom, name, "only items that are listed", found);
    if (claimed != there->second.version) {
      return Report(Fault::kStale, name, "version " + VersionText(there->second.version), found);
    }
    const Judgement judgement =
        Judge(expected_.name, expected_.dimension, ItemOf(result), {.embedding = false, .digest = false});
    if (judgement.wholeness != Wholeness::kWhole) Report(Fault::kMixed, name, "a whole item", judgement.problem);
    // Scores of a centred collection are not known here: the mean is the server's.
    if (observed_.centered) return;
    if (result.image() >= ImageCount(expected_.name, result.id(), claimed)) {
      return Report(Fault::kMixed, name, "an image that the item has", absl::StrCat(found, ", image ", result.image()));
    }
    const double cosine =
        Cosine(query, MakeEmbedding(expected_.name, expected_.dimension, result.id(), claimed, result.image()));
    if (std::abs(cosine - result.score()) > kScoreTolerance) {
      Report(Fault::kScore, name, absl::StrCat("score ", cosine), found);
    }
  }

  // Every item is found by its own embedding. Where more than k items share it, others of them may stand there.
  absl::Status CheckOwn() {
    return Search(Sample(present_, kOwnQueries), [&](const auto& name, const Query& query, const auto& results) {
      ++result_.own_searches.count;
      const v1::ScoredItem* worst = nullptr;
      for (const v1::ScoredItem& result : results.results()) {
        if (result.id() == query.id && result.score() >= kOwnScore) return;
        worst = &result;
      }
      if (worst != nullptr && worst->score() >= kOwnScore) return;
      Miss(name, "the item itself",
           worst == nullptr ? "nothing" : absl::StrCat("as the last ", worst->id(), " with score ", worst->score()));
    });
  }

  // The embeddings that were deleted or replaced last: CheckOneResult reports an item that is found by one.
  absl::Status CheckFormer() {
    std::vector<Query> former;
    for (const auto& [id, item] : expected_.items) {
      if (item.former != kAbsent) former.push_back({id, item.former});
      const auto now = observed_.items.find(id);
      const bool gone = now == observed_.items.end() || now->second.version != item.acknowledged.version;
      if (gone && item.acknowledged.version != kAbsent) former.push_back({id, item.acknowledged.version});
    }
    return Search(Sample(std::move(former), kFormerQueries), [](const auto&, const auto&, const auto&) {});
  }

  absl::Status CheckFilter() {
    const Query query = random_.Pick(present_);
    const FilterProbe probe = MakeFilterProbe(MakeFacts(expected_.name, query.id, query.version), random_);
    std::set<std::string> wanted;
    for (const Query& item : present_) {
      if (probe.matches(MakeFacts(expected_.name, item.id, item.version))) wanted.insert(item.id);
    }
    // Either all that match, or the few nearest of them: the item itself is the first.
    const bool all = random_.Chance(0.5);
    v1::IndexSearchRequest request = Request(all ? wanted.size() + 3 : 5);
    const Embedding embedding = EmbeddingOf(query);
    request.add_queries()->mutable_values()->Assign(embedding.begin(), embedding.end());
    request.set_filter(probe.text);
    const auto answer = client_.Call(&Stub::Search, request);
    if (!answer.ok()) return answer.status();
    const std::string name = absl::StrCat("search with ", query.id, " where ", probe.text, ", k ", request.k());
    if (answer->results_size() != 1) {
      Report(Fault::kCount, name, "one list of results", absl::StrCat(answer->results_size()));
    } else {
      CheckFiltered(name, embedding, wanted, request.k(), answer->results(0));
    }
    return absl::OkStatus();
  }

  void CheckFiltered(const std::string& name, const Embedding& query, const std::set<std::string>& wanted, size_t k,
                     const v1::ScoredItems& results) {
    CheckResultList(name, query, results, std::min(k, wanted.size()));
    for (const v1::ScoredItem& result : results.results()) {
      if (!wanted.contains(result.id())) Report(Fault::kFilter, name, "only what matches", result.id());
    }
    ++result_.own_searches.count;
    if (results.results_size() > 0 && results.results(0).score() < kOwnScore) {
      Miss(name, "the item itself first",
           absl::StrCat(results.results(0).id(), " with score ", results.results(0).score()));
    }
  }

  IndexClient& client_;
  const ExpectedCollection& expected_;
  const ObservedCollection& observed_;
  Random& random_;
  CheckResult& result_;
  std::vector<Query> present_;
};

}  // namespace

absl::Status CheckSearches(IndexClient& client, const ExpectedCollection& expected, const ObservedCollection& observed,
                           Random& random, CheckResult& result) {
  return SearchChecker(client, expected, observed, random, result).Check();
}

}  // namespace lookalike
