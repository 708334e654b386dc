// SPDX-License-Identifier: Apache-2.0
// `lookalike bench start`: how long a collection takes to be there again, and how much memory that takes.
#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/cli/bench/bench.h"
#include "services/cli/bench/bench_catalog.h"
#include "services/cli/bench/child_process.h"
#include "services/cli/bench/process_memory.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/statistics.h"
#include "services/cli/bench/vectors.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

struct BenchStartOptions {
  VectorFlags vectors;
  std::string data_directory;
  size_t repeats = 3;
  bool json = false;
};

// What a child process makes, and the next ones open. Returns the number of items.
absl::StatusOr<std::string> MakeCollection(const BenchStartOptions& options, const std::string& folder) {
  const absl::StatusOr<BenchVectors> vectors = LoadVectors(options.vectors, /*least=*/1);
  if (!vectors.ok()) return vectors.status();
  const auto catalog = BenchCatalog::Open(folder, vectors->base.dimension());
  if (!catalog.ok()) return catalog.status();
  const auto attributes_of = [](uint32_t item) { return Attributes{{"price", item % 1000 / 10.0}}; };
  if (absl::Status status = (*catalog)->Load(vectors->base, attributes_of); !status.ok()) return status;
  return absl::StrCat(vectors->base.size());
}

// A search for the first item's embedding must find that item, among all of them.
absl::Status CheckAnswer(BenchCatalog& catalog, size_t items) {
  const absl::StatusOr<Item> item = catalog.Get("0");
  if (!item.ok()) return item.status();
  const auto results = catalog.Search(item->images[0].embedding);
  if (!results.ok()) return results.status();
  const absl::StatusOr<CollectionInfo> info = catalog.Info();
  if (!info.ok()) return info.status();
  if (info->items != items || std::find(results->begin(), results->end(), 0u) == results->end()) {
    return absl::DataLossError(absl::StrCat("of ", items, " items ", info->items,
                                            " are there, and a search for item 0 found ", results->size(), " others"));
  }
  return absl::OkStatus();
}

// What a child process measures.
absl::StatusOr<std::string> MeasureStart(const std::string& folder, size_t dimension, size_t items) {
  const size_t before = ResidentBytes();
  ResetPeakResidentBytes();
  const Stopwatch stopwatch;
  const auto catalog = BenchCatalog::Open(folder, dimension);
  if (!catalog.ok()) return catalog.status();
  const double open_seconds = stopwatch.Seconds();
  if (absl::Status status = CheckAnswer(**catalog, items); !status.ok()) return status;
  const double answer_seconds = stopwatch.Seconds();
  if (absl::Status status = (*catalog)->WaitUntilQuiet(); !status.ok()) return status;
  const size_t peak = PeakResidentBytes() - before, steady = ResidentBytes() - before;
  return ordered_json{{"open_seconds", open_seconds},
                      {"first_answer_seconds", answer_seconds},
                      {"peak_bytes", peak},
                      {"steady_bytes", steady},
                      {"peak_ratio", static_cast<double>(peak) / static_cast<double>(steady)}}
      .dump();
}

absl::StatusOr<ordered_json> Measure(const BenchStartOptions& options) {
  const auto folder = ScratchFolder::Make(options.data_directory);
  if (!folder.ok()) return folder.status();
  std::cerr << "making the collection\n";
  const auto made = RunInChild([&] { return MakeCollection(options, (*folder)->path()); });
  if (!made.ok()) return made.status();
  const size_t items = std::stoull(*made);
  ordered_json starts = ordered_json::array();
  for (size_t i = 0; i < options.repeats; ++i) {
    std::cerr << "start " << i + 1 << " of " << options.repeats << "\n";
    const auto start = RunInChild([&] { return MeasureStart((*folder)->path(), options.vectors.dimension, items); });
    if (!start.ok()) return start.status();
    starts.push_back(ordered_json::parse(*start));
  }
  ordered_json outcome = {{"items", items}, {"seed", options.vectors.seed}};
  for (const auto& [figure, value] : starts[0].items()) {
    std::vector<double> values;
    for (const ordered_json& start : starts) values.push_back(start[figure].get<double>());
    outcome[figure] = Median(std::move(values));
  }
  outcome["starts"] = std::move(starts);
  return outcome;
}

void PrintTable(const ordered_json& outcome) {
  std::cout << absl::StrFormat("%d items\n\n", outcome["items"].get<size_t>());
  Table table({"start", "open s", "first answer s", "peak MB", "steady MB", "peak ratio"});
  const auto add = [&](std::string name, const ordered_json& start) {
    const auto number = [&](const char* figure, double unit, int digits) {
      return absl::StrFormat("%.*f", digits, start[figure].get<double>() / unit);
    };
    table.AddRow({std::move(name), number("open_seconds", 1, 3), number("first_answer_seconds", 1, 3),
                  number("peak_bytes", 1e6, 1), number("steady_bytes", 1e6, 1), number("peak_ratio", 1, 3)});
  };
  for (size_t i = 0; i < outcome["starts"].size(); ++i) add(absl::StrCat(i + 1), outcome["starts"][i]);
  add("median", outcome);
  std::cout << table.ToString();
}

absl::Status Run(const BenchStartOptions& options) {
  const absl::StatusOr<ordered_json> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  if (options.json) {
    std::cout << outcome->dump() << "\n";
  } else {
    PrintTable(*outcome);
  }
  return absl::OkStatus();
}

}  // namespace

void AddBenchStart(CLI::App& bench, Command& chosen) {
  CLI::App& start = *bench.add_subcommand("start", "Time and memory until a stored collection answers again");
  auto options = std::make_shared<BenchStartOptions>();
  options->vectors.AddTo(start);
  AddDataDirectoryFlag(start, options->data_directory);
  start.add_option("--repeats", options->repeats, "How often it is started")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  start.add_flag("--json", options->json, "For programs");
  start.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
