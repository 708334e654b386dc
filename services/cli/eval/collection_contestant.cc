// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/cli/eval/contestant.h"
#include "services/cli/json.h"
#include "services/cli/picture_folder.h"
#include "services/cli/progress.h"

namespace lookalike {
namespace {

using Attributes = google::protobuf::Map<std::string, google::protobuf::Value>;

constexpr size_t kIdsAtOnce = 1000;
constexpr uint32_t kMostLabels = 1000;

// The labels that an attribute stands for: itself, or its members.
std::set<std::string> LabelsOf(const Attributes& attributes, const std::string& key) {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return {};
  if (!found->second.has_list_value()) return {AttributeText(found->second)};
  std::set<std::string> labels;
  for (const google::protobuf::Value& member : found->second.list_value().values()) {
    labels.insert(member.string_value());
  }
  return labels;
}

class CollectionJudge {
 public:
  CollectionJudge(Connection& connection, std::string collection, std::string label_key, std::string filter)
      : connection_(connection),
        collection_(std::move(collection)),
        label_key_(std::move(label_key)),
        filter_(std::move(filter)) {}

  absl::StatusOr<JudgedResults> Judge(const std::vector<Judgement>& judgements, size_t k) {
    if (absl::Status status = CountLabels(judgements); !status.ok()) return status;
    if (absl::Status status = AskForOwnLabels(judgements); !status.ok()) return status;
    JudgedResults judged;
    Progress progress(absl::StrCat("searching ", collection_), judgements.size());
    for (const Judgement& judgement : judgements) {
      const absl::StatusOr<v1::SearchResponse> response = Search(judgement, k);
      if (!response.ok()) return response.status();
      judged.answers.push_back({.relevant = {}, .relevant_in_all = RelevantInAll(judgement)});
      judged.results.emplace_back();
      for (const v1::ScoredItem& item : response->results()) {
        judged.results.back().push_back(item.id());
        judged.answers.back().relevant.push_back(IsRelevant(judgement, item));
      }
      progress.Advance(1);
    }
    progress.Finish();
    return judged;
  }

 private:
  // The queried item is no answer.
  absl::StatusOr<v1::SearchResponse> Search(const Judgement& judgement, size_t k) {
    v1::SearchRequest request;
    request.set_collection(collection_);
    request.set_k(static_cast<uint32_t>(k));
    if (!judgement.id.empty()) request.add_excluded_ids(judgement.id);
    request.set_filter(filter_);
    if (judgement.image.empty()) {
      request.mutable_query()->set_id(judgement.id);
    } else {
      absl::StatusOr<std::string> picture = ReadFile(judgement.image);
      if (!picture.ok()) return picture.status();
      request.mutable_query()->set_image(*std::move(picture));
    }
    return connection_.Call(&Connection::Stub::Search, request);
  }

  absl::Status CountLabels(const std::vector<Judgement>& judgements) {
    if (std::none_of(judgements.begin(), judgements.end(),
                     [](const Judgement& one) { return one.label.has_value(); })) {
      return absl::OkStatus();
    }
    v1::GetFacetsRequest request;
    request.set_collection(collection_);
    request.set_filter(filter_);
    request.add_attributes(label_key_);
    request.set_max_values(kMostLabels);
    const absl::StatusOr<v1::GetFacetsResponse> response = connection_.Call(&Connection::Stub::GetFacets, request);
    if (!response.ok()) return response.status();
    for (const v1::Facet& facet : response->facets()) {
      if (facet.type() == "number" || facet.distinct() > kMostLabels) {
        return absl::InvalidArgumentError(absl::StrCat("label: attribute \"", label_key_,
                                                       "\" is a number, or has more than ", kMostLabels, " values"));
      }
      for (const v1::FacetValue& value : facet.values()) counts_[AttributeText(value.value())] = value.count();
    }
    return absl::OkStatus();
  }

  // Of the queried items: they are counted among all, but are no answers.
  absl::Status AskForOwnLabels(const std::vector<Judgement>& judgements) {
    v1::GetRequest request;
    request.set_collection(collection_);
    for (size_t i = 0; i < judgements.size(); ++i) {
      if (!judgements[i].id.empty()) request.add_ids(judgements[i].id);
      if (request.ids().empty() ||
          (static_cast<size_t>(request.ids_size()) < kIdsAtOnce && i + 1 < judgements.size())) {
        continue;
      }
      const absl::StatusOr<v1::GetResponse> response = connection_.Call(&Connection::Stub::Get, request);
      if (!response.ok()) return response.status();
      for (const v1::Item& item : response->items()) own_labels_[item.id()] = LabelsOf(item.attributes(), label_key_);
      request.clear_ids();
    }
    return absl::OkStatus();
  }

  size_t RelevantInAll(const Judgement& judgement) const {
    if (!judgement.label) {
      return static_cast<size_t>(std::count_if(judgement.relevant.begin(), judgement.relevant.end(),
                                               [&](const std::string& id) { return id != judgement.id; }));
    }
    const auto count = counts_.find(*judgement.label);
    if (count == counts_.end()) return 0;
    const auto own = own_labels_.find(judgement.id);
    return count->second - (own != own_labels_.end() && own->second.count(*judgement.label) > 0 ? 1 : 0);
  }

  bool IsRelevant(const Judgement& judgement, const v1::ScoredItem& item) const {
    if (judgement.label) return LabelsOf(item.attributes(), label_key_).count(*judgement.label) > 0;
    return std::find(judgement.relevant.begin(), judgement.relevant.end(), item.id()) != judgement.relevant.end();
  }

  Connection& connection_;
  const std::string collection_;
  const std::string label_key_;
  const std::string filter_;
  std::map<std::string, size_t> counts_;  // items with each label
  std::map<std::string, std::set<std::string>> own_labels_;
};

}  // namespace

Contestant OfCollection(Connection* connection, const std::string& collection, const std::string& label_key,
                        const std::string& filter) {
  return {collection, [=](const std::vector<Judgement>& judgements, size_t k) {
            return CollectionJudge(*connection, collection, label_key, filter).Judge(judgements, k);
          }};
}

}  // namespace lookalike
