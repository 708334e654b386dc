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
  std::string html;
  std::string pictures;
  bool json = false;
};

// One search of possibly several.
struct Query {
  std::string image;  // path of a picture; or
  std::string id;     // an item's id
};

absl::StatusOr<v1::SearchResponse> Search(SearchOptions& options, const Query& query) {
  v1::SearchRequest request;
  request.set_collection(options.collection);
  if (!query.image.empty()) {
    absl::StatusOr<std::string> bytes = ReadFile(query.image);
    if (!bytes.ok()) return bytes.status();
    request.set_image(*std::move(bytes));
  } else {
    request.set_item_id(query.id);
  }
  request.set_k(static_cast<uint32_t>(options.k));
  request.set_filter(options.filter);
  if (options.min_score) request.set_min_score(*options.min_score);
  request.set_min_sequence(options.min_sequence);
  return options.connection.Call(&Connection::Stub::Search, request);
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

void PrintTable(const Query& query, const v1::SearchResponse& response) {
  Table table({"rank", "score", "id", "attributes"});
  int rank = 0;
  for (const v1::ScoredItem& item : response.results()) {
    table.AddRow({absl::StrCat(++rank), absl::StrFormat("%.4f", item.score()), item.id(), AttributesText(item)});
  }
  std::cout << "similar to " << (query.image.empty() ? query.id : query.image) << ":\n" << table.ToString() << "\n";
}

absl::Status Run(SearchOptions& options) {
  std::vector<Query> queries;
  for (const std::string& image : options.images) queries.push_back({.image = image, .id = {}});
  for (const std::string& id : options.ids) queries.push_back({.image = {}, .id = id});
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  std::unique_ptr<ResultsPage> page;
  if (!options.html.empty()) {
    absl::StatusOr<std::unique_ptr<ResultsPage>> begun = ResultsPage::Begin(options.pictures);
    if (!begun.ok()) return begun.status();
    page = *std::move(begun);
  }
  for (const Query& query : queries) {
    const absl::StatusOr<v1::SearchResponse> response = Search(options, query);
    if (!response.ok()) return response.status();
    if (options.json) {
      std::cout << ToJson(*response).dump() << "\n";
    } else {
      PrintTable(query, *response);
    }
    if (page != nullptr) page->AddSearch(query.image, query.id, *response);
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
  CLI::Option* html =
      search.add_option("--html", options->html, "Also write a page with query and results as pictures");
  search.add_option("--pictures", options->pictures, "For --html: what was ingested, to find the results' pictures in")
      ->needs(html);
  search.add_flag("--json", options->json, "For programs: one JSON object a search, a line each");
  search.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
