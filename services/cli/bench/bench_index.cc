// SPDX-License-Identifier: Apache-2.0
// `lookalike bench index`: our index beside hnswlib's.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/ann/hnsw_index.h"
#include "services/cli/bench/bench.h"
#include "services/cli/bench/contest.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

constexpr size_t kEfs[] = {16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512};
constexpr double kRecalls[] = {0.95, 0.99};

struct BenchIndexOptions {
  VectorFlags vectors;
  GraphOptions graph;
  size_t repeats = 3;
  bool json = false;
};

struct Side {
  std::string name;
  std::string vector_unit;
  BuildCost build;
  size_t lost = 0;
  RecallCurve curve;
};

struct Outcome {
  BenchVectors vectors;
  Side baseline;
  Side ours;
  size_t unreachable = 0;  // of ours

  double BytesPerVector(const Side& side) const {
    return static_cast<double>(side.build.bytes()) / static_cast<double>(vectors.base.size());
  }
  double BuildSpeedup() const { return baseline.build.cpu_seconds / ours.build.cpu_seconds; }
};

absl::Status Build(Contender& contender, const VectorTable& base, Side& side) {
  std::cerr << "building " << contender.name() << "\n";
  if (absl::Status status = contender.Build(base); !status.ok()) return status;
  side.name = contender.name();
  side.vector_unit = contender.vector_unit();
  side.build = contender.build_cost();
  return absl::OkStatus();
}

absl::StatusOr<Outcome> Measure(const BenchIndexOptions& options) {
  absl::StatusOr<BenchVectors> vectors = LoadVectors(options.vectors, kLeastForGraph);
  if (!vectors.ok()) return vectors.status();
  Outcome outcome{.vectors = *std::move(vectors), .baseline = {}, .ours = {}};
  const auto& [source, base, queries] = outcome.vectors;
  std::cerr << "searching exhaustively\n";
  const std::vector<ExactNeighbors> exact = FindExactly(base, queries, kNeighbors);

  const std::unique_ptr<Contender> baseline = MakeHnswlibContender(options.graph);
  const std::unique_ptr<LookalikeContender> ours = MakeLookalikeContender(options.graph);
  if (absl::Status status = Build(*baseline, base, outcome.baseline); !status.ok()) return status;
  if (absl::Status status = Build(*ours, base, outcome.ours); !status.ok()) return status;
  outcome.unreachable = ours->CountUnreachable();

  std::cerr << "searching\n";
  Curves curves = MeasureCurves(*baseline, *ours, queries, exact, kEfs, options.repeats);
  outcome.baseline.curve = std::move(curves.baseline);
  outcome.ours.curve = std::move(curves.ours);
  std::cerr << "searching each vector by itself\n";
  const size_t default_ef = HnswIndex::Options().ef_search;
  outcome.baseline.lost = CountLost(*baseline, base, default_ef);
  outcome.ours.lost = CountLost(*ours, base, default_ef);
  return outcome;
}

ordered_json ToJson(const Outcome& outcome, const Side& side) {
  ordered_json points = ordered_json::array();
  for (const CurvePoint& point : side.curve) {
    points.push_back({{"ef", point.ef}, {"recall_at_10", point.recall}, {"us", point.microseconds}});
  }
  return {{"name", side.name},
          {"vector_unit", side.vector_unit},
          {"build_seconds", side.build.seconds},
          {"build_cpu_seconds", side.build.cpu_seconds},
          {"settled_seconds", side.build.settled_seconds},
          {"settled_cpu_seconds", side.build.settled_cpu_seconds},
          {"bytes_per_vector", outcome.BytesPerVector(side)},
          {"lost", side.lost},
          {"points", std::move(points)}};
}

void PrintJson(const BenchIndexOptions& options, const Outcome& outcome) {
  ordered_json ours = ToJson(outcome, outcome.ours);
  ours["unreachable"] = outcome.unreachable;
  ordered_json speedups = ordered_json::object();
  for (const double recall : kRecalls) {
    const std::optional<double> speedup = SpeedupAt(outcome.baseline.curve, outcome.ours.curve, recall);
    speedups[absl::StrCat(recall)] = speedup ? ordered_json(*speedup) : ordered_json(nullptr);
  }
  const ordered_json json = {{"source", outcome.vectors.source},
                             {"vectors", outcome.vectors.base.size()},
                             {"queries", outcome.vectors.queries.size()},
                             {"dimension", outcome.vectors.base.dimension()},
                             {"seed", options.vectors.seed},
                             {"M", options.graph.M},
                             {"ef_construction", options.graph.ef_construction},
                             {"baseline", ToJson(outcome, outcome.baseline)},
                             {"lookalike", std::move(ours)},
                             {"speedup_at_recall", std::move(speedups)},
                             {"bytes_per_vector", outcome.BytesPerVector(outcome.ours)},
                             {"build_speedup", outcome.BuildSpeedup()}};
  std::cout << json.dump() << "\n";
}

void PrintTables(const Outcome& outcome) {
  const auto& [vectors, baseline, ours, unreachable] = outcome;
  std::cout << absl::StrFormat("%d vectors of %d values, %d queries (%s)\n\n", vectors.base.size(),
                               vectors.base.dimension(), vectors.queries.size(), vectors.source);
  Table curve({"ef", "recall@10", "µs", "recall@10", "µs"});
  curve.AddRow({"", baseline.name, "", ours.name, ""});
  for (size_t i = 0; i < ours.curve.size(); ++i) {
    const CurvePoint &theirs = baseline.curve[i], &own = ours.curve[i];
    curve.AddRow({absl::StrCat(own.ef), absl::StrFormat("%.4f", theirs.recall),
                  absl::StrFormat("%.1f", theirs.microseconds), absl::StrFormat("%.4f", own.recall),
                  absl::StrFormat("%.1f", own.microseconds)});
  }
  std::cout << curve.ToString() << "\n";
  Table sides({"", "vector unit", "build s", "CPU s", "settled s", "CPU s", "bytes a vector", "lost"});
  for (const Side* side : {&baseline, &ours}) {
    sides.AddRow({side->name, side->vector_unit, absl::StrFormat("%.2f", side->build.seconds),
                  absl::StrFormat("%.2f", side->build.cpu_seconds),
                  absl::StrFormat("%.2f", side->build.settled_seconds),
                  absl::StrFormat("%.2f", side->build.settled_cpu_seconds),
                  absl::StrFormat("%.0f", outcome.BytesPerVector(*side)), absl::StrCat(side->lost)});
  }
  std::cout << sides.ToString() << "\n";
  for (const double recall : kRecalls) {
    const std::optional<double> speedup = SpeedupAt(baseline.curve, ours.curve, recall);
    std::cout << "speedup at recall " << recall << ": "
              << (speedup ? absl::StrFormat("%.2f", *speedup) : "not reached by both") << "\n";
  }
  std::cout << absl::StrFormat("speedup of the build: %.2f\nunreachable: %d\n", outcome.BuildSpeedup(), unreachable);
}

absl::Status Run(const BenchIndexOptions& options) {
  const absl::StatusOr<Outcome> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  options.json ? PrintJson(options, *outcome) : PrintTables(*outcome);
  return absl::OkStatus();
}

}  // namespace

void AddBenchIndex(CLI::App& bench, Command& chosen) {
  CLI::App& index = *bench.add_subcommand("index", "Recall, speed, memory and build time beside hnswlib's, one thread");
  auto options = std::make_shared<BenchIndexOptions>();
  options->vectors.AddTo(index);
  index.add_option("--M", options->graph.M, "Links of a vector, of both")
      ->capture_default_str()
      ->check(CLI::Range(2, 256));
  index.add_option("--ef-construction", options->graph.ef_construction, "Candidates for links, of both")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  index.add_option("--repeats", options->repeats, "How often all queries are run at each ef")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  index.add_flag("--json", options->json, "For programs");
  index.callback([options, &chosen] {
    options->graph.seed = options->vectors.seed;
    chosen = [options] { return Run(*options); };
  });
}

}  // namespace lookalike
