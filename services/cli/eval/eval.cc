// SPDX-License-Identifier: Apache-2.0
// `lookalike eval`: how good the answers of collections, or of models, are to judged queries.
#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/cli/command.h"
#include "services/cli/eval/contestant.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

struct EvalOptions {
  Connection connection;
  EncoderOptions encoder;
  std::string queries;
  std::vector<std::string> collections;
  std::vector<std::string> models;
  std::string label = "label";
  std::string filter;
  bool centered = false;
  size_t k = 10;
  bool json = false;
};

struct Evaluated {
  std::string name;
  MeanQuality quality;
  std::vector<std::vector<std::string>> results;
};

// What part of the results of the one are results of the other too, on average over the queries.
double Overlap(const Evaluated& one, const Evaluated& other, size_t k) {
  size_t both = 0;
  for (size_t i = 0; i < one.results.size(); ++i) {
    for (const std::string& id : one.results[i]) {
      both += static_cast<size_t>(std::count(other.results[i].begin(), other.results[i].end(), id));
    }
  }
  return static_cast<double>(both) / static_cast<double>(one.results.size() * k);
}

std::vector<Contestant> ContestantsOf(EvalOptions& options) {
  std::vector<Contestant> contestants;
  for (const std::string& collection : options.collections) {
    contestants.push_back(OfCollection(&options.connection, collection, options.label, options.filter));
  }
  for (const std::string& model : options.models) {
    EncoderOptions encoder = options.encoder;
    encoder.model = model;
    contestants.push_back(OfModel(encoder, options.centered));
  }
  return contestants;
}

ordered_json ToJson(const Evaluated& evaluated) {
  const RankingQuality& mean = evaluated.quality.mean;
  return {{"name", evaluated.name},
          {"queries", evaluated.quality.queries},
          {"without_relevant", evaluated.quality.without_relevant},
          {"first", mean.first},
          {"precision", mean.precision},
          {"recall", mean.recall},
          {"map", mean.average_precision}};
}

void PrintJson(const std::vector<Evaluated>& all, size_t k) {
  ordered_json output = {{"k", k}, {"evaluated", ordered_json::array()}};
  for (const Evaluated& one : all) output["evaluated"].push_back(ToJson(one));
  if (all.size() == 2) output["overlap"] = Overlap(all[0], all[1], k);
  std::cout << output.dump() << "\n";
}

void PrintTable(const std::vector<Evaluated>& all, size_t k) {
  Table table(
      {"", "queries", "first", absl::StrCat("precision@", k), absl::StrCat("recall@", k), absl::StrCat("mAP@", k)});
  const auto add = [&](std::string name, std::string queries, const char* format, const RankingQuality& quality) {
    const auto number = [&](double value) { return absl::StrFormat(*absl::ParsedFormat<'f'>::New(format), value); };
    table.AddRow({std::move(name), std::move(queries), number(quality.first), number(quality.precision),
                  number(quality.recall), number(quality.average_precision)});
  };
  for (const Evaluated& one : all) add(one.name, absl::StrCat(one.quality.queries), "%.4f", one.quality.mean);
  if (all.size() == 2) {
    const RankingQuality &a = all[0].quality.mean, &b = all[1].quality.mean;
    add("difference", "", "%+.4f",
        {b.first - a.first, b.precision - a.precision, b.recall - a.recall, b.average_precision - a.average_precision});
  }
  std::cout << table.ToString();
  if (all.size() == 2) std::cout << absl::StrFormat("\nresults in common: %.4f\n", Overlap(all[0], all[1], k));
  if (const size_t without = all.front().quality.without_relevant; without > 0) {
    std::cout << absl::StrFormat("\nleft out: %d queries with nothing relevant to be found\n", without);
  }
}

absl::Status Run(EvalOptions& options) {
  const absl::StatusOr<std::vector<Judgement>> judgements = ReadJudgements(options.queries, options.label);
  if (!judgements.ok()) return judgements.status();
  if (!options.collections.empty()) {
    if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  }
  std::vector<Evaluated> all;
  for (const Contestant& contestant : ContestantsOf(options)) {
    absl::StatusOr<JudgedResults> judged = contestant.answer(*judgements, options.k);
    if (!judged.ok()) return judged.status();
    all.push_back({contestant.name, MeanQualityOf(judged->answers, options.k), std::move(judged->results)});
  }
  options.json ? PrintJson(all, options.k) : PrintTable(all, options.k);
  return absl::OkStatus();
}

}  // namespace

void AddEval(CLI::App& app, Command& chosen) {
  CLI::App& eval =
      *app.add_subcommand("eval", "Measure how good results are, against labels or lists of relevant items");
  auto options = std::make_shared<EvalOptions>();
  options->connection.AddFlags(eval);
  eval.add_option("--queries", options->queries,
                  "JSON lines: an image or an id each, and a label or a list of relevant ids; a manifest will do")
      ->required();
  CLI::Option_group& what = *eval.add_option_group("what to evaluate");
  what.add_option("--collection", options->collections, "A collection of the server; may be given again");
  what.add_option("--model", options->models,
                  "A model bundle, without a server: every line's image is a query and, to the others, an item; may be "
                  "given again");
  what.require_option(1, 2);
  eval.add_option("--label", options->label,
                  "Where a line has its label, itself or among its attributes, and an item its own: an attribute")
      ->capture_default_str();
  eval.add_option("--k", options->k, "Results of a query that are judged")
      ->capture_default_str()
      ->check(CLI::Range(1, 9999));
  eval.add_option("--filter", options->filter, "Of collections: search only items that match");
  eval.add_flag("--centered", options->centered, "Of models: compare as centred collections do");
  eval.add_flag("--json", options->json, "For programs");
  AddEncoderFlags(eval, options->encoder);
  eval.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
