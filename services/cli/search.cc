// SPDX-License-Identifier: Apache-2.0
// `lookalike search`: the most similar products to a picture or an item.
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/cli/command.h"
#include "services/cli/connection.h"
#include "services/cli/json.h"
#include "services/cli/picture_folder.h"
#include "services/cli/results_page.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

struct SearchOptions {
  Connection connection;
  std::string collection;
  std::vector<std::string> images;
  std::vector<std::string> ids;
  int k = 10;
  std::string filter;
  std::optional<float> min_score;
  uint64_t min_sequence = 0;
  std::vector<float> crop;     // left, top, right, bottom; or empty
  std::vector<float> weights;  // of the images, then of the ids; or empty
  std::vector<std::string> excluded;
  std::string profile;  // a name
  std::string ranking;  // path of a JSON file
  bool explain = false;
  std::string html;
  std::string pictures;
  bool json = false;
};

// What to look for: one thing of possibly several.
struct Query {
  std::string image;  // path of a picture; or
  std::string id;     // an item's id

  std::string name() const { return image.empty() ? id : image; }
};

absl::Status AddQuery(const SearchOptions& options, const Query& query, v1::SearchRequest& request) {
  v1::Query& added = *request.add_queries();
  if (query.image.empty()) {
    added.set_id(query.id);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> bytes = ReadFile(query.image);
  if (!bytes.ok()) return bytes.status();
  added.set_image(*std::move(bytes));
  if (options.crop.empty()) return absl::OkStatus();
  v1::CropBox& crop = *added.mutable_crop();
  crop.set_left(options.crop[0]);
  crop.set_top(options.crop[1]);
  crop.set_right(options.crop[2]);
  crop.set_bottom(options.crop[3]);
  return absl::OkStatus();
}

// The request but for what it looks for.
absl::StatusOr<v1::SearchRequest> MakeRequest(const SearchOptions& options) {
  v1::SearchRequest request;
  request.set_collection(options.collection);
  request.set_k(static_cast<uint32_t>(options.k));
  request.set_filter(options.filter);
  if (options.min_score) request.set_min_score(*options.min_score);
  request.set_min_sequence(options.min_sequence);
  *request.mutable_excluded_ids() = {options.excluded.begin(), options.excluded.end()};
  request.set_ranking_profile(options.profile);
  request.set_explain(options.explain);
  if (options.ranking.empty()) return request;
  const absl::Status status = ReadJsonFile(options.ranking, *request.mutable_ranking());
  if (!status.ok()) return status;
  return request;
}

std::string AttributesText(const v1::ScoredItem& item) {
  // A map of protobuf has no order.
  const std::map<std::string, google::protobuf::Value> attributes(item.attributes().begin(), item.attributes().end());
  std::string text;
  for (const auto& [name, value] : attributes) {
    absl::StrAppend(&text, text.empty() ? "" : "  ", name, "=", AttributeText(value));
  }
  return text;
}

std::string ExplanationText(const v1::Explanation& explanation) {
  std::string text;
  for (const v1::ScorePart& part : explanation.parts()) {
    absl::StrAppend(&text, text.empty() ? "" : "  ", part.name(), " ", absl::StrFormat("%+.4f", part.contribution()));
  }
  return text;
}

void PrintTable(const std::string& name, bool explain, const v1::SearchResponse& response) {
  Table table(explain ? std::vector<std::string>{"rank", "score", "id", "because"}
                      : std::vector<std::string>{"rank", "score", "id", "attributes"});
  int rank = 0;
  for (const v1::ScoredItem& item : response.results()) {
    table.AddRow({absl::StrCat(++rank), absl::StrFormat("%.4f", item.score()), item.id(),
                  explain ? ExplanationText(item.explanation()) : AttributesText(item)});
  }
  std::cout << "similar to " << name << ":\n" << table.ToString() << "\n";
}

// One search for each thing, or, with weights, one for all of them.
absl::StatusOr<std::vector<v1::SearchRequest>> MakeRequests(const SearchOptions& options,
                                                            const std::vector<Query>& queries) {
  const absl::StatusOr<v1::SearchRequest> request = MakeRequest(options);
  if (!request.ok()) return request.status();
  const bool together = !options.weights.empty();
  if (together && options.weights.size() != queries.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--weight: there are ", options.weights.size(), " for ", queries.size(), " pictures and ids"));
  }
  std::vector<v1::SearchRequest> requests;
  for (size_t i = 0; i < queries.size(); ++i) {
    if (requests.empty() || !together) requests.push_back(*request);
    if (absl::Status status = AddQuery(options, queries[i], requests.back()); !status.ok()) return status;
    if (together) requests.back().mutable_queries(static_cast<int>(i))->set_weight(options.weights[i]);
  }
  return requests;
}

absl::Status Run(SearchOptions& options) {
  std::vector<Query> queries;
  for (const std::string& image : options.images) queries.push_back({.image = image, .id = {}});
  for (const std::string& id : options.ids) queries.push_back({.image = {}, .id = id});
  const absl::StatusOr<std::vector<v1::SearchRequest>> requests = MakeRequests(options, queries);
  if (!requests.ok()) return requests.status();
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  std::unique_ptr<ResultsPage> page;
  if (!options.html.empty()) {
    absl::StatusOr<std::unique_ptr<ResultsPage>> begun = ResultsPage::Begin(options.pictures);
    if (!begun.ok()) return begun.status();
    page = *std::move(begun);
  }
  for (size_t i = 0; i < requests->size(); ++i) {
    const absl::StatusOr<v1::SearchResponse> response =
        options.connection.Call(&Connection::Stub::Search, (*requests)[i]);
    if (!response.ok()) return response.status();
    std::string name = queries[i].name();
    for (size_t more = 1; !options.weights.empty() && more < queries.size(); ++more) {
      absl::StrAppend(&name, ", ", queries[more].name());
    }
    if (options.json) {
      std::cout << ToJson(*response).dump() << "\n";
    } else {
      PrintTable(name, options.explain, *response);
    }
    if (page != nullptr) page->AddSearch(queries[i].image, queries[i].id, *response);
  }
  if (page == nullptr) return absl::OkStatus();
  return page->Write(options.html);
}

}  // namespace

void AddSearch(CLI::App& app, Command& chosen) {
  CLI::App& search = *app.add_subcommand("search", "Find the most similar products to a picture or an item");
  auto options = std::make_shared<SearchOptions>();
  options->connection.AddFlags(search);
  search.add_option("--collection", options->collection, "Where to search")->required();
  CLI::Option_group& what = *search.add_option_group("what to look for");
  what.add_option("--image", options->images,
                  "A JPEG, PNG, WebP, GIF, BMP or TIFF file; may be given again for more searches");
  what.add_option("--id", options->ids, "An item of the collection, itself left out; may be given again");
  what.require_option(1, 2);
  search.add_option("--k", options->k, "Results of each search, 1 to 10000")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  search.add_option("--filter", options->filter, "Only items that match: 'category = \"boot\" and price < 80'");
  search.add_option("--min-score", options->min_score, "Only items at least this similar, -1 to 1");
  Connection::AddMinSequence(search, options->min_sequence);
  search.add_option("--crop", options->crop, "The part of the pictures to look for: left,top,right,bottom, 0 to 1")
      ->delimiter(',')
      ->expected(4);
  search
      .add_option("--weight", options->weights,
                  "Makes one search of all pictures and ids: a weight for each, pictures first; below 0: not like that")
      ->delimiter(',');
  search.add_option("--exclude", options->excluded, "An id that is no result; may be given again");
  CLI::Option* profile = search.add_option("--profile", options->profile, "A ranking profile of the collection");
  search.add_option("--ranking", options->ranking, "A JSON file with a ranking profile of this search's own")
      ->excludes(profile);
  search.add_flag("--explain", options->explain, "Show what each score is made of");
  CLI::Option* html =
      search.add_option("--html", options->html, "Also write a page with query and results as pictures");
  search.add_option("--pictures", options->pictures, "For --html: what was ingested, to find the results' pictures in")
      ->needs(html);
  search.add_flag("--json", options->json, "For programs: one JSON object a search, a line each");
  search.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
