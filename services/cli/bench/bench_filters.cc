// SPDX-License-Identifier: Apache-2.0
// `lookalike bench filters`: recall and time of filtered searches, from filters that let nearly everything through to
// those that leave a handful.
#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/cli/bench/bench.h"
#include "services/cli/bench/bench_catalog.h"
#include "services/cli/bench/filter_cases.h"
#include "services/cli/bench/ground_truth.h"
#include "services/cli/bench/latencies.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/vectors.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

constexpr double kShares[] = {0.9, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001, 0.0001};
constexpr size_t kBlock = 50;  // queries that run with a filter before as many run without

struct BenchFiltersOptions {
  VectorFlags vectors;
  std::string data_directory;
  size_t repeats = 5;
  bool json = false;
};

// What a case makes of a query.
struct FilteredQuery {
  Filter filter;
  ExactNeighbors exact;  // among those that the filter lets through
};

struct Case {
  FilterShape shape;
  double share;
  std::vector<FilteredQuery> queries = {};

  double recall = 0;
  Latencies filtered = {};
  Latencies unfiltered = {};
  double P99Ratio() const { return filtered.p99 / unfiltered.p99; }
};

struct Outcome {
  std::string source;
  size_t items = 0;
  std::vector<Case> cases;

  double WorstRecall() const {
    double worst = 1;
    for (const Case& c : cases) worst = std::min(worst, c.recall);
    return worst;
  }
  double WorstP99Ratio() const {
    double worst = 0;
    for (const Case& c : cases) worst = std::max(worst, c.P99Ratio());
    return worst;
  }
};

// Every case that leaves something to find, with its queries and what they should find.
std::vector<Case> MakeCases(const BenchVectors& vectors, const FilterCases& filters) {
  std::vector<Case> cases;
  for (const FilterShape shape : kFilterShapes) {
    for (const double share : kShares) {
      if (share * static_cast<double>(vectors.base.size()) >= 1) cases.push_back({.shape = shape, .share = share});
    }
  }
  ForEachQuery(vectors.base, vectors.queries, [&](size_t query, std::span<const float> similarities) {
    const std::span<const float> values = vectors.queries[query];
    for (Case& c : cases) {
      const FilterCases::Conditions conditions = filters.For(c.shape, c.share, values);
      const auto allowed = [&](uint32_t item) { return filters.Allow(conditions, item); };
      c.queries.push_back(
          {.filter = filters.ToFilter(conditions), .exact = MostSimilar(similarities, kNeighbors, allowed)});
    }
  });
  return cases;
}

// The searches of one case. The time of a query is the median of its repeats, so that percentiles over the queries tell
// the queries apart and not the machine's moods.
class CaseRun {
 public:
  CaseRun(BenchCatalog& catalog, const VectorTable& queries, Case& the_case)
      : catalog_(catalog), queries_(queries), case_(the_case) {}

  absl::Status Run(size_t repeats) {
    filtered_.resize(case_.queries.size());
    unfiltered_.resize(case_.queries.size());
    for (size_t repeat = 0; repeat < repeats; ++repeat) {
      for (size_t begin = 0; begin < case_.queries.size(); begin += kBlock) {
        const size_t end = std::min(begin + kBlock, case_.queries.size());
        for (size_t i = begin; i < end; ++i) {
          if (absl::Status status = SearchFiltered(i); !status.ok()) return status;
        }
        for (size_t i = begin; i < end; ++i) {
          if (absl::Status status = SearchUnfiltered(i); !status.ok()) return status;
        }
      }
    }
    case_.recall = wanted_ == 0 ? 1 : static_cast<double>(found_) / static_cast<double>(wanted_);
    case_.filtered = OverQueries(filtered_);
    case_.unfiltered = OverQueries(unfiltered_);
    return absl::OkStatus();
  }

 private:
  absl::Status SearchFiltered(size_t i) {
    const FilteredQuery& query = case_.queries[i];
    const Stopwatch stopwatch;
    const auto results = catalog_.Search(queries_[i], query.filter);
    if (!results.ok()) return results.status();
    filtered_[i].push_back(stopwatch.Microseconds());
    found_ += CountFound(query.exact, *results);
    wanted_ += query.exact.size();
    return absl::OkStatus();
  }

  absl::Status SearchUnfiltered(size_t i) {
    const Stopwatch stopwatch;
    if (const auto results = catalog_.Search(queries_[i]); !results.ok()) return results.status();
    unfiltered_[i].push_back(stopwatch.Microseconds());
    return absl::OkStatus();
  }

  static Latencies OverQueries(const std::vector<std::vector<double>>& times) {
    std::vector<double> medians;
    for (const std::vector<double>& of_query : times) medians.push_back(Median(of_query));
    return Summarize(medians);
  }

  BenchCatalog& catalog_;
  const VectorTable& queries_;
  Case& case_;
  std::vector<std::vector<double>> filtered_, unfiltered_;  // microseconds, by query
  size_t found_ = 0, wanted_ = 0;
};

absl::StatusOr<Outcome> Measure(const BenchFiltersOptions& options) {
  const absl::StatusOr<BenchVectors> vectors = LoadVectors(options.vectors, kLeastForGraph);
  if (!vectors.ok()) return vectors.status();
  const auto folder = ScratchFolder::Make(options.data_directory);
  if (!folder.ok()) return folder.status();
  const auto catalog = BenchCatalog::Open((*folder)->path(), vectors->base.dimension());
  if (!catalog.ok()) return catalog.status();
  std::cerr << "loading\n";
  const FilterCases filters(vectors->base, options.vectors.seed);
  const auto attributes_of = [&](uint32_t item) { return filters.AttributesOf(item); };
  if (absl::Status status = (*catalog)->Load(vectors->base, attributes_of); !status.ok()) return status;
  std::cerr << "searching exhaustively\n";
  Outcome outcome{.source = vectors->source, .items = vectors->base.size(), .cases = MakeCases(*vectors, filters)};
  for (Case& c : outcome.cases) {
    std::cerr << "searching: " << FilterShapeName(c.shape) << " " << c.share * 100 << " %\n";
    if (absl::Status status = CaseRun(**catalog, vectors->queries, c).Run(options.repeats); !status.ok()) return status;
  }
  return outcome;
}

void PrintJson(const BenchFiltersOptions& options, const Outcome& outcome) {
  ordered_json cases = ordered_json::array();
  for (const Case& c : outcome.cases) {
    cases.push_back({{"filter", FilterShapeName(c.shape)},
                     {"selectivity", c.share},
                     {"recall_at_10", c.recall},
                     {"filtered", ToJson(c.filtered)},
                     {"unfiltered", ToJson(c.unfiltered)},
                     {"p99_ratio", c.P99Ratio()}});
  }
  const ordered_json json = {{"source", outcome.source},
                             {"items", outcome.items},
                             {"seed", options.vectors.seed},
                             {"worst_recall_at_10", outcome.WorstRecall()},
                             {"worst_p99_ratio", outcome.WorstP99Ratio()},
                             {"cases", std::move(cases)}};
  std::cout << json.dump() << "\n";
}

void PrintTable(const Outcome& outcome) {
  std::cout << absl::StrFormat("%d items (%s)\n\n", outcome.items, outcome.source);
  Table table({"filter", "lets through", "recall@10", "p50 µs", "p99 µs", "unfiltered p50", "p99", "p99 ratio"});
  for (const Case& c : outcome.cases) {
    table.AddRow({FilterShapeName(c.shape), absl::StrCat(c.share * 100, " %"), absl::StrFormat("%.4f", c.recall),
                  absl::StrFormat("%.0f", c.filtered.p50), absl::StrFormat("%.0f", c.filtered.p99),
                  absl::StrFormat("%.0f", c.unfiltered.p50), absl::StrFormat("%.0f", c.unfiltered.p99),
                  absl::StrFormat("%.2f", c.P99Ratio())});
  }
  std::cout << table.ToString()
            << absl::StrFormat("\nworst recall@10: %.4f\nworst p99 ratio: %.2f\n", outcome.WorstRecall(),
                               outcome.WorstP99Ratio());
}

absl::Status Run(const BenchFiltersOptions& options) {
  const absl::StatusOr<Outcome> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  options.json ? PrintJson(options, *outcome) : PrintTable(*outcome);
  return absl::OkStatus();
}

}  // namespace

void AddBenchFilters(CLI::App& bench, Command& chosen) {
  CLI::App& filters = *bench.add_subcommand("filters", "Searches that filters let through from 90 % to 0.01 % of");
  auto options = std::make_shared<BenchFiltersOptions>();
  options->vectors.AddTo(filters);
  AddDataDirectoryFlag(filters, options->data_directory);
  filters.add_option("--repeats", options->repeats, "How often each query is run with each filter")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  filters.add_flag("--json", options->json, "For programs");
  filters.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
