// SPDX-License-Identifier: Apache-2.0
// `lookalike bench serving`: what the encoder service adds to its model, and what overload and bulk work do to it.
#include <algorithm>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"

#include "services/cli/bench/bench.h"
#include "services/cli/bench/latencies.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/served_model.h"
#include "services/cli/bench/serving_load.h"
#include "services/cli/create_model.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

struct BenchServingOptions {
  EncoderOptions encoder;
  int input_size = 64;
  double seconds = 5;
  size_t rounds = 3;
  bool json = false;
};

// One caller at a time, the bare model and the service in turns.
struct Idle {
  double pass_us = 0;  // medians
  double preparing_us = 0;
  double served_us = 0;
  double first_us = 0;  // the first call that the service ever answered
};

// All that the machine can do.
struct Saturated {
  double bare_per_second = 0;
  double served_per_second = 0;
  double Share() const { return served_per_second / bare_per_second; }
};

struct Outcome {
  std::string model, device;
  size_t workers = 0, batch = 0;
  Idle idle;
  std::vector<Saturated> saturated;
  LoadOutcome overload;
  double overload_offered = 0, peak = 0;
  Latencies alone, beside_bulk;  // interactive calls
  double bulk_per_second = 0;

  Saturated MedianSaturated() const {
    std::vector<Saturated> sorted = saturated;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.Share() < b.Share(); });
    return sorted[(sorted.size() - 1) / 2];
  }
  double IdleAddedUs() const { return idle.served_us - idle.pass_us; }
  double GoodputShare() const { return overload.AnsweredPerSecond() / peak; }
  // How many forward passes longer the slowest interactive calls take beside bulk work. A pass is as long as it is
  // then: one of an idle machine has all of its cores.
  double AddedPasses() const {
    const double busy_pass_us = 1e6 * static_cast<double>(workers * batch) / MedianSaturated().bare_per_second;
    return (beside_bulk.p99 - alone.p99) / busy_pass_us;
  }
};

// One call at a time, for as long as it takes.
LoadPlan OneByOne(absl::Duration time) { return {.max_unanswered = 1, .time = time}; }

Idle MeasureIdle(ServedModel& model, double seconds) {
  Idle idle;
  const LoadOutcome first = RunLoad(model.channel(), model.picture(), OneByOne(absl::Microseconds(1)));
  if (!first.microseconds.empty()) idle.first_us = first.microseconds.front();
  std::vector<double> passes, preparing, served;
  for (const Stopwatch phase; phase.Seconds() < seconds;) {
    for (int i = 0; i < 5; ++i) {
      passes.push_back(model.TimePass());
      preparing.push_back(model.TimePreparing());
    }
    const LoadOutcome calls =
        RunLoad(model.channel(), model.picture(), OneByOne(absl::Microseconds(5 * Median(passes))));
    served.insert(served.end(), calls.microseconds.begin(), calls.microseconds.end());
  }
  idle.pass_us = Median(passes);
  idle.preparing_us = Median(preparing);
  idle.served_us = Median(served);
  return idle;
}

Saturated MeasureSaturated(ServedModel& model, double seconds, size_t unanswered) {
  const double before = model.BareThroughput(seconds / 2, model.best_batch());
  const LoadOutcome served =
      RunLoad(model.channel(), model.picture(), {.max_unanswered = unanswered, .time = absl::Seconds(seconds)});
  const double after = model.BareThroughput(seconds / 2, model.best_batch());
  return {.bare_per_second = (before + after) / 2, .served_per_second = served.AnsweredPerSecond()};
}

// Few enough interactive calls that they hardly meet each other.
LoadPlan Interactive(double peak, double seconds) {
  return {.calls_per_second = peak / 10, .time = absl::Seconds(seconds)};
}

void MeasureBesideBulk(ServedModel& model, double seconds, size_t lane_tasks, Outcome& outcome) {
  const LoadPlan interactive = Interactive(outcome.peak, seconds);
  outcome.alone = Summarize(RunLoad(model.channel(), model.picture(), interactive).microseconds);
  LoadOutcome bulk;
  std::thread bulk_client([&] {
    // Fills its lane within a moment, and ends when the interactive calls do.
    bulk = RunLoad(model.channel(), model.picture(),
                   {.max_unanswered = lane_tasks, .time = absl::Seconds(seconds), .lane = Lane::kBulk});
  });
  outcome.beside_bulk = Summarize(RunLoad(model.channel(), model.picture(), interactive).microseconds);
  bulk_client.join();
  outcome.bulk_per_second = bulk.AnsweredPerSecond();
}

absl::StatusOr<Outcome> Measure(BenchServingOptions options) {
  const auto folder = ScratchFolder::Make("");
  if (!folder.ok()) return folder.status();
  if (options.encoder.model.empty()) {
    options.encoder.model = (*folder)->path() + "/model.pt";
    const absl::Status made =
        CreateVgg16Bundle({.weights = "", .input_size = options.input_size}, options.encoder.model);
    if (!made.ok()) return made;
  }
  absl::StatusOr<std::unique_ptr<ServedModel>> model = ServedModel::Start(options.encoder);
  if (!model.ok()) return model.status();
  Outcome outcome;
  outcome.model = (*model)->info().id;
  outcome.device = (*model)->info().device;
  outcome.workers = (*model)->workers();
  outcome.batch = (*model)->best_batch();
  std::cerr << "one caller\n";
  outcome.idle = MeasureIdle(**model, options.seconds);
  // The workers are busy and more is at hand, and no lane is full.
  const size_t lane_tasks = options.encoder.encoder.lane_limits.tasks;
  const size_t unanswered = std::min(lane_tasks, std::max<size_t>(8, 3 * outcome.workers * outcome.batch));
  for (size_t i = 0; i < options.rounds; ++i) {
    std::cerr << "saturated, round " << i + 1 << " of " << options.rounds << "\n";
    outcome.saturated.push_back(MeasureSaturated(**model, options.seconds, unanswered));
    outcome.peak = std::max(outcome.peak, outcome.saturated.back().served_per_second);
  }
  std::cerr << "overload\n";
  outcome.overload_offered = 3 * outcome.peak;
  // Two thirds of the calls stay in the lane until it is full; a little longer to be sure.
  const absl::Duration filling = absl::Seconds(1.5 * static_cast<double>(lane_tasks) / (2 * outcome.peak));
  outcome.overload =
      RunLoad((*model)->channel(), (*model)->picture(),
              {.calls_per_second = outcome.overload_offered, .time = absl::Seconds(options.seconds), .lead = filling});
  std::cerr << "beside bulk work\n";
  MeasureBesideBulk(**model, options.seconds * static_cast<double>(options.rounds), lane_tasks, outcome);
  return outcome;
}

void PrintJson(const Outcome& outcome) {
  const Saturated saturated = outcome.MedianSaturated();
  const Latencies admitted = Summarize(outcome.overload.microseconds);
  const ordered_json json = {{"model_id", outcome.model},
                             {"device", outcome.device},
                             {"workers", outcome.workers},
                             {"batch", outcome.batch},
                             {"idle",
                              {{"pass_us", outcome.idle.pass_us},
                               {"preparing_us", outcome.idle.preparing_us},
                               {"served_us", outcome.idle.served_us},
                               {"added_us", outcome.IdleAddedUs()},
                               {"first_over_median", outcome.idle.first_us / outcome.idle.served_us}}},
                             {"saturated",
                              {{"bare_per_second", saturated.bare_per_second},
                               {"served_per_second", saturated.served_per_second},
                               {"share", saturated.Share()}}},
                             {"overload",
                              {{"offered_per_second", outcome.overload_offered},
                               {"answered_per_second", outcome.overload.AnsweredPerSecond()},
                               {"share_of_peak", outcome.GoodputShare()},
                               {"admitted", ToJson(admitted)},
                               {"refused", outcome.overload.refused},
                               {"refused_with_delay", outcome.overload.refused_with_delay},
                               {"expired", outcome.overload.expired},
                               {"failed", outcome.overload.failed}}},
                             {"beside_bulk",
                              {{"interactive_alone", ToJson(outcome.alone)},
                               {"interactive", ToJson(outcome.beside_bulk)},
                               {"bulk_per_second", outcome.bulk_per_second},
                               {"added_passes_p99", outcome.AddedPasses()}}}};
  std::cout << json.dump() << "\n";
}

void PrintText(const Outcome& outcome) {
  const Saturated saturated = outcome.MedianSaturated();
  const Latencies admitted = Summarize(outcome.overload.microseconds);
  std::cout << absl::StrFormat("%s on %s, %d workers, passes of %d\n\n", outcome.model, outcome.device, outcome.workers,
                               outcome.batch)
            << absl::StrFormat(
                   "one caller      pass %.2f ms, decoding and preprocessing %.2f ms, served %.2f ms: "
                   "%.2f ms added; the first call %.2f times the median\n",
                   outcome.idle.pass_us / 1e3, outcome.idle.preparing_us / 1e3, outcome.idle.served_us / 1e3,
                   outcome.IdleAddedUs() / 1e3, outcome.idle.first_us / outcome.idle.served_us)
            << absl::StrFormat("saturated       bare %.1f/s, served %.1f/s: %.3f\n", saturated.bare_per_second,
                               saturated.served_per_second, saturated.Share())
            << absl::StrFormat(
                   "3 times as much answered %.1f/s, %.3f of the peak; admitted p50 %.0f ms, p99 %.0f ms; "
                   "%d refused (%d told when to come again), %d expired, %d failed\n",
                   outcome.overload.AnsweredPerSecond(), outcome.GoodputShare(), admitted.p50 / 1e3, admitted.p99 / 1e3,
                   outcome.overload.refused, outcome.overload.refused_with_delay, outcome.overload.expired,
                   outcome.overload.failed)
            << absl::StrFormat(
                   "interactive     p50 %.1f ms, p99 %.1f ms; beside a full bulk lane (%.1f/s) p50 %.1f ms, "
                   "p99 %.1f ms: %.2f passes more\n",
                   outcome.alone.p50 / 1e3, outcome.alone.p99 / 1e3, outcome.bulk_per_second,
                   outcome.beside_bulk.p50 / 1e3, outcome.beside_bulk.p99 / 1e3, outcome.AddedPasses());
}

absl::Status Run(const BenchServingOptions& options) {
  const absl::StatusOr<Outcome> outcome = Measure(options);
  if (!outcome.ok()) return outcome.status();
  options.json ? PrintJson(*outcome) : PrintText(*outcome);
  return absl::OkStatus();
}

}  // namespace

void AddBenchServing(CLI::App& bench, Command& chosen) {
  CLI::App& serving = *bench.add_subcommand("serving", "The encoder service over gRPC beside its bare model");
  auto options = std::make_shared<BenchServingOptions>();
  CLI::Option* model =
      serving.add_option("--model", options->encoder.model, "Model bundle; without it, VGG16 with random weights");
  serving.add_option("--input-size", options->input_size, "Of that VGG16, in pixels")
      ->capture_default_str()
      ->excludes(model)
      ->check(CLI::Range(32, 1024));
  AddEncoderFlags(serving, options->encoder);
  serving.add_option("--seconds", options->seconds, "Of each measurement")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  serving.add_option("--rounds", options->rounds, "Of bare and served throughput in turns")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  serving.add_flag("--json", options->json, "For programs");
  serving.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
