// SPDX-License-Identifier: Apache-2.0
// `lookalike bench writes`: a burst of durable writes, one item a call, from many threads.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/sync/mutex.h"
#include "services/cli/bench/bench.h"
#include "services/cli/bench/bench_catalog.h"
#include "services/cli/bench/contender.h"
#include "services/cli/bench/latencies.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/vectors.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

constexpr size_t kSearches = 100;  // while the backlog is at its highest

struct BenchWritesOptions {
  VectorFlags vectors;
  std::string data_directory;
  size_t write_threads = 64;
  bool json = false;
};

struct Outcome {
  std::string source;
  size_t items = 0;
  double durable_seconds = 0;  // until the last write was acknowledged
  double linked_seconds = 0;   // until the graph held them all; the searches below run meanwhile
  Latencies writes = {};
  Latencies commits = {};
  uint64_t backlog = 0;  // when the last write was acknowledged
  Latencies searches_at_height = {};
  Latencies searches_after = {};
  BuildCost baseline = {};  // hnswlib, which keeps nothing on disk, on one thread

  double PerSecond(double seconds) const { return static_cast<double>(items) / seconds; }
  double ItemsPerCommit() const { return static_cast<double>(items) / static_cast<double>(commits.calls); }
  double SustainedRatio() const { return baseline.seconds / linked_seconds; }
};

// What each commit took. Outlives the catalog that it watches.
class CommitMeter {
 public:
  StorageObserver Observer() {
    return {.on_commit_items = {}, .on_sync = [this](absl::Duration duration) {
              MutexLock lock(mutex_);
              microseconds_.push_back(absl::ToDoubleMicroseconds(duration));
            }};
  }
  void Reset() {
    MutexLock lock(mutex_);
    microseconds_.clear();
  }
  Latencies latencies() {
    MutexLock lock(mutex_);
    return Summarize(microseconds_);
  }

 private:
  Mutex mutex_;
  std::vector<double> microseconds_ ABSL_GUARDED_BY(mutex_);
};

// Writes all items, one a call, from many threads at once.
class Burst {
 public:
  Burst(BenchCatalog& catalog, const VectorTable& base) : catalog_(catalog), microseconds_(base.size()) {
    for (uint32_t i = 0; i < base.size(); ++i) items_.push_back(MakeItem(i, base[i]));
  }

  absl::Status Run(size_t threads) {
    std::vector<absl::Status> statuses(threads);
    std::vector<std::thread> running;
    for (absl::Status& status : statuses) running.emplace_back([this, &status] { status = WriteSome(); });
    for (std::thread& thread : running) thread.join();
    const auto failed = std::find_if(statuses.begin(), statuses.end(), [](const auto& status) { return !status.ok(); });
    return failed == statuses.end() ? absl::OkStatus() : *failed;
  }

  Latencies latencies() const { return Summarize(microseconds_); }

 private:
  absl::Status WriteSome() {
    for (size_t i = next_++; i < items_.size(); i = next_++) {
      std::vector<Item> call;
      call.push_back(std::move(items_[i]));
      const Stopwatch stopwatch;
      const absl::StatusOr<WriteResult> written = catalog_.Upsert(std::move(call));
      if (!written.ok()) return written.status();
      microseconds_[i] = stopwatch.Microseconds();
    }
    return absl::OkStatus();
  }

  BenchCatalog& catalog_;
  std::vector<Item> items_;
  std::vector<double> microseconds_;
  std::atomic<size_t> next_ = 0;
};

absl::StatusOr<Latencies> SearchSome(BenchCatalog& catalog, const VectorTable& queries) {
  std::vector<double> microseconds;
  for (size_t i = 0; i < kSearches; ++i) {
    const Stopwatch stopwatch;
    if (const auto found = catalog.Search(queries[i % queries.size()]); !found.ok()) return found.status();
    microseconds.push_back(stopwatch.Microseconds());
  }
  return Summarize(microseconds);
}

absl::Status MeasureOurs(const BenchWritesOptions& options, const BenchVectors& vectors, Outcome& outcome) {
  const auto folder = ScratchFolder::Make(options.data_directory);
  if (!folder.ok()) return folder.status();
  CommitMeter commits;
  const auto catalog = BenchCatalog::Open((*folder)->path(), vectors.base.dimension(), commits.Observer());
  if (!catalog.ok()) return catalog.status();
  Burst burst(**catalog, vectors.base);
  std::cerr << "writing\n";
  commits.Reset();
  const Stopwatch stopwatch;
  if (absl::Status status = burst.Run(options.write_threads); !status.ok()) return status;
  outcome.durable_seconds = stopwatch.Seconds();
  outcome.commits = commits.latencies();
  const absl::StatusOr<CollectionInfo> info = (*catalog)->Info();
  if (!info.ok()) return info.status();
  outcome.backlog = info->backlog;
  absl::StatusOr<Latencies> searches = SearchSome(**catalog, vectors.queries);
  if (!searches.ok()) return searches.status();
  outcome.searches_at_height = *searches;
  std::cerr << "waiting for the graph\n";
  if (absl::Status status = (*catalog)->WaitUntilLinked(); !status.ok()) return status;
  outcome.linked_seconds = stopwatch.Seconds();
  if (absl::Status status = (*catalog)->WaitUntilQuiet(); !status.ok()) return status;
  searches = SearchSome(**catalog, vectors.queries);
  if (!searches.ok()) return searches.status();
  outcome.searches_after = *searches;
  outcome.writes = burst.latencies();
  return absl::OkStatus();
}

absl::StatusOr<Outcome> Measure(const BenchWritesOptions& options) {
  const absl::StatusOr<BenchVectors> vectors = LoadVectors(options.vectors, kLeastForGraph);
  if (!vectors.ok()) return vectors.status();
  Outcome outcome{.source = vectors->source, .items = vectors->base.size()};
  if (absl::Status status = MeasureOurs(options, *vectors, outcome); !status.ok()) return status;
  const std::unique_ptr<Contender> baseline = MakeHnswlibContender({.seed = options.vectors.seed});
  std::cerr << "building " << baseline->name() << "\n";
  if (absl::Status status = baseline->Build(vectors->base); !status.ok()) return status;
  outcome.baseline = baseline->build_cost();
  return outcome;
}

void PrintJson(const BenchWritesOptions& options, const Outcome& outcome) {
  const ordered_json json = {
      {"source", outcome.source},
      {"items", outcome.items},
      {"seed", options.vectors.seed},
      {"write_threads", options.write_threads},
      {"durable_seconds", outcome.durable_seconds},
      {"durable_per_second", outcome.PerSecond(outcome.durable_seconds)},
      {"linked_seconds", outcome.linked_seconds},
      {"sustained_per_second", outcome.PerSecond(outcome.linked_seconds)},
      {"baseline", {{"name", "hnswlib float32"}, {"per_second", outcome.PerSecond(outcome.baseline.seconds)}}},
      {"sustained_ratio", outcome.SustainedRatio()},
      {"writes", ToJson(outcome.writes)},
      {"commits", ToJson(outcome.commits)},
      {"items_per_commit", outcome.ItemsPerCommit()},
      {"backlog", outcome.backlog},
      {"searches_at_height", ToJson(outcome.searches_at_height)},
      {"searches_after", ToJson(outcome.searches_after)}};
  std::cout << json.dump() << "\n";
}

void PrintTable(const Outcome& outcome) {
  std::cout << absl::StrFormat("%d items (%s)\n\n", outcome.items, outcome.source);
  Table rates({"", "seconds", "items/s"});
  const auto add_rate = [&](const char* what, double seconds) {
    rates.AddRow({what, absl::StrFormat("%.2f", seconds), absl::StrFormat("%.0f", outcome.PerSecond(seconds))});
  };
  add_rate("durable", outcome.durable_seconds);
  add_rate("in the graph", outcome.linked_seconds);
  add_rate("hnswlib float32, in memory", outcome.baseline.seconds);
  std::cout << rates.ToString() << "\n";
  Table calls({"", "p50 µs", "p99 µs", "max µs"});
  const auto add_calls = [&](std::string what, const Latencies& latencies) {
    calls.AddRow({std::move(what), absl::StrFormat("%.0f", latencies.p50), absl::StrFormat("%.0f", latencies.p99),
                  absl::StrFormat("%.0f", latencies.max)});
  };
  add_calls("writes", outcome.writes);
  add_calls("commits that they share", outcome.commits);
  add_calls(absl::StrCat("searches, backlog ", outcome.backlog), outcome.searches_at_height);
  add_calls("searches, all linked", outcome.searches_after);
  std::cout << calls.ToString()
            << absl::StrFormat("\nitems a commit: %.1f\nin the graph / hnswlib float32: %.2f\n",
                               outcome.ItemsPerCommit(), outcome.SustainedRatio());
}

absl::Status Run(const BenchWritesOptions& options) {
  const absl::StatusOr<Outcome> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  options.json ? PrintJson(options, *outcome) : PrintTable(*outcome);
  return absl::OkStatus();
}

}  // namespace

void AddBenchWrites(CLI::App& bench, Command& chosen) {
  CLI::App& writes = *bench.add_subcommand("writes", "A burst of durable writes, one item a call, from many threads");
  auto options = std::make_shared<BenchWritesOptions>();
  options->vectors.AddTo(writes);
  AddDataDirectoryFlag(writes, options->data_directory);
  writes.add_option("--write-threads", options->write_threads, "Threads that write")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  writes.add_flag("--json", options->json, "For programs");
  writes.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
