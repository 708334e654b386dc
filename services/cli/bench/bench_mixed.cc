// SPDX-License-Identifier: Apache-2.0
// `lookalike bench mixed`: what writes do to searches.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/cli/bench/bench.h"
#include "services/cli/bench/latencies.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/vectors.h"
#include "services/cli/bench/write_load.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

struct BenchMixedOptions {
  VectorFlags vectors;
  std::string data_directory;
  double writes_per_second = 2000;
  size_t write_threads = 4;
  size_t search_threads = 1;
  double seconds = 10;
  size_t rounds = 3;
  bool json = false;
};

// One time with searches only, and one with writes beside them.
struct Round {
  Latencies read_only;
  Latencies mixed;
  double writes_per_second = 0;
  uint64_t backlog = 0;  // when the writes ended

  double P99Ratio() const { return mixed.p99 / read_only.p99; }
};

struct Outcome {
  std::string source;
  size_t items = 0;
  std::vector<Round> rounds;
  uint64_t rebuilds = 0;

  template <class Figure>
  double MedianOf(Figure figure) const {
    std::vector<double> figures;
    for (const Round& round : rounds) figures.push_back(figure(round));
    return Median(std::move(figures));
  }
  double P99Ratio() const {
    return MedianOf([](const Round& round) { return round.P99Ratio(); });
  }
};

// Searches on one thread until the time is over.
absl::StatusOr<std::vector<double>> SearchFor(BenchCatalog& catalog, const VectorTable& queries, size_t first,
                                              double seconds) {
  const Stopwatch phase;
  std::vector<double> microseconds;
  for (size_t i = first; phase.Seconds() < seconds; ++i) {
    const Stopwatch stopwatch;
    if (const auto found = catalog.Search(queries[i % queries.size()]); !found.ok()) return found.status();
    microseconds.push_back(stopwatch.Microseconds());
  }
  return microseconds;
}

absl::StatusOr<Latencies> SearchPhase(BenchCatalog& catalog, const VectorTable& queries,
                                      const BenchMixedOptions& options) {
  std::vector<absl::StatusOr<std::vector<double>>> measured(options.search_threads, std::vector<double>());
  std::vector<std::thread> threads;
  for (size_t t = 0; t < options.search_threads; ++t) {
    threads.emplace_back([&, t] {
      const size_t first = t * queries.size() / options.search_threads;
      measured[t] = SearchFor(catalog, queries, first, options.seconds);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& of_thread : measured) {
    if (!of_thread.ok()) return of_thread.status();
    all.insert(all.end(), of_thread->begin(), of_thread->end());
  }
  return Summarize(all);
}

absl::StatusOr<Round> MeasureRound(BenchCatalog& catalog, const VectorTable& queries, WriteLoad& load,
                                   const BenchMixedOptions& options) {
  Round round;
  if (absl::Status status = catalog.WaitUntilQuiet(); !status.ok()) return status;
  const absl::StatusOr<Latencies> read_only = SearchPhase(catalog, queries, options);
  if (!read_only.ok()) return read_only.status();
  load.Start();
  const absl::StatusOr<Latencies> mixed = SearchPhase(catalog, queries, options);
  const absl::StatusOr<double> writes_per_second = load.Stop();
  if (!mixed.ok()) return mixed.status();
  if (!writes_per_second.ok()) return writes_per_second.status();
  const absl::StatusOr<CollectionInfo> info = catalog.Info();
  if (!info.ok()) return info.status();
  return Round{
      .read_only = *read_only, .mixed = *mixed, .writes_per_second = *writes_per_second, .backlog = info->backlog};
}

absl::StatusOr<Outcome> Measure(const BenchMixedOptions& options) {
  const absl::StatusOr<BenchVectors> vectors = LoadVectors(options.vectors, options.write_threads * 100);
  if (!vectors.ok()) return vectors.status();
  const auto folder = ScratchFolder::Make(options.data_directory);
  if (!folder.ok()) return folder.status();
  const auto catalog = BenchCatalog::Open((*folder)->path(), vectors->base.dimension());
  if (!catalog.ok()) return catalog.status();
  std::cerr << "loading\n";
  const auto no_attributes = [](uint32_t) { return Attributes(); };
  if (absl::Status status = (*catalog)->Load(vectors->base, no_attributes); !status.ok()) return status;
  Outcome outcome{.source = vectors->source, .items = vectors->base.size(), .rounds = {}};
  WriteLoad load(**catalog, vectors->base, options.write_threads, options.writes_per_second, options.vectors.seed);
  for (size_t i = 0; i < options.rounds; ++i) {
    std::cerr << "round " << i + 1 << " of " << options.rounds << "\n";
    const absl::StatusOr<Round> round = MeasureRound(**catalog, vectors->queries, load, options);
    if (!round.ok()) return round.status();
    outcome.rounds.push_back(*round);
  }
  const absl::StatusOr<CollectionInfo> info = (*catalog)->Info();
  if (!info.ok()) return info.status();
  outcome.rebuilds = info->rebuilds;
  return outcome;
}

void PrintJson(const BenchMixedOptions& options, const Outcome& outcome) {
  ordered_json rounds = ordered_json::array();
  for (const Round& round : outcome.rounds) {
    rounds.push_back({{"read_only", ToJson(round.read_only)},
                      {"mixed", ToJson(round.mixed)},
                      {"writes_per_second", round.writes_per_second},
                      {"backlog", round.backlog},
                      {"p99_ratio", round.P99Ratio()}});
  }
  const ordered_json json = {
      {"source", outcome.source},
      {"items", outcome.items},
      {"seed", options.vectors.seed},
      {"search_threads", options.search_threads},
      {"write_threads", options.write_threads},
      {"writes_per_second", outcome.MedianOf([](const Round& round) { return round.writes_per_second; })},
      {"read_only_p99_us", outcome.MedianOf([](const Round& round) { return round.read_only.p99; })},
      {"mixed_p99_us", outcome.MedianOf([](const Round& round) { return round.mixed.p99; })},
      {"p99_ratio", outcome.P99Ratio()},
      {"rebuilds", outcome.rebuilds},
      {"rounds", std::move(rounds)}};
  std::cout << json.dump() << "\n";
}

void PrintTable(const Outcome& outcome) {
  std::cout << absl::StrFormat("%d items (%s), %d rebuilds meanwhile\n\n", outcome.items, outcome.source,
                               outcome.rebuilds);
  Table table({"round", "", "searches", "p50 µs", "p99 µs", "max µs", "writes/s", "backlog"});
  for (size_t i = 0; i < outcome.rounds.size(); ++i) {
    const Round& round = outcome.rounds[i];
    const auto add = [&](const char* phase, const Latencies& latencies, std::string writes, std::string backlog) {
      table.AddRow({absl::StrCat(i + 1), phase, absl::StrCat(latencies.calls), absl::StrFormat("%.0f", latencies.p50),
                    absl::StrFormat("%.0f", latencies.p99), absl::StrFormat("%.0f", latencies.max), std::move(writes),
                    std::move(backlog)});
    };
    add("read only", round.read_only, "", "");
    add("mixed", round.mixed, absl::StrFormat("%.0f", round.writes_per_second), absl::StrCat(round.backlog));
  }
  std::cout << table.ToString() << absl::StrFormat("\np99 mixed / read only: %.2f\n", outcome.P99Ratio());
}

absl::Status Run(const BenchMixedOptions& options) {
  const absl::StatusOr<Outcome> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  options.json ? PrintJson(options, *outcome) : PrintTable(*outcome);
  return absl::OkStatus();
}

}  // namespace

void AddBenchMixed(CLI::App& bench, Command& chosen) {
  CLI::App& mixed = *bench.add_subcommand("mixed", "Searches of a durable collection, with and without writes beside");
  auto options = std::make_shared<BenchMixedOptions>();
  options->vectors.AddTo(mixed);
  AddDataDirectoryFlag(mixed, options->data_directory);
  mixed.add_option("--writes-per-second", options->writes_per_second, "Half replace, a quarter add, a quarter delete")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e6));
  mixed.add_option("--write-threads", options->write_threads, "Threads that write")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  mixed.add_option("--search-threads", options->search_threads, "Threads that search")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  mixed.add_option("--seconds", options->seconds, "With writes and without, each, in every round")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  mixed.add_option("--rounds", options->rounds, "Of both")->capture_default_str()->check(CLI::Range(1, 1000));
  mixed.add_flag("--json", options->json, "For programs");
  mixed.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
