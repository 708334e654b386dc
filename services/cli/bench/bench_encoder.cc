// SPDX-License-Identifier: Apache-2.0
// `lookalike bench encoder`: a forward pass by ours beside LibTorch's.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/encoding/model_bundle.h"
#include "libs/encoding/torchscript_model.h"
#include "services/cli/bench/bench.h"
#include "services/cli/bench/encoder_load.h"
#include "services/cli/bench/statistics.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;
using Engine = TorchScriptModel::Engine;

// Pictures that each thread encodes in a round of many threads: enough that starting and ending late matters little.
constexpr size_t kPassesAThread = 4;

struct BenchEncoderOptions {
  std::string model;
  size_t batch = 1;
  size_t threads = 1;
  size_t repeats = 7;
  bool json = false;
};

// The same model by three engines, one thread each.
struct Contestants {
  std::unique_ptr<TorchScriptModel> torchscript;
  std::unique_ptr<TorchScriptModel> optimized;
  std::unique_ptr<TorchScriptModel> ours;
  std::unique_ptr<TorchScriptModel> helped;  // ours with threads that help; null for one thread
};

struct Figures {
  std::string model_id;
  std::string engine;
  double torchscript_ms = 0;  // all of them for one picture
  double optimized_ms = 0;
  double lookalike_ms = 0;
  double max_one_minus_cosine = 0;

  // With several threads.
  struct Threads {
    double split_ms = 0;
    double split_ratio = 0;  // over lookalike_ms of the same round
    double images_per_second = 0;
    double scaling = 0;  // over one thread in the same round
  };
  std::optional<Threads> threads;

  double Speedup() const { return torchscript_ms / lookalike_ms; }
  double SpeedupOverOptimized() const { return optimized_ms / lookalike_ms; }
  double ImagesPerSecond() const { return 1e3 / lookalike_ms; }
};

absl::StatusOr<Contestants> MakeContestants(const ModelBundle& bundle, size_t threads) {
  Contestants made;
  struct Wanted {
    std::unique_ptr<TorchScriptModel>& model;
    Engine engine;
    size_t helpers;
  };
  std::vector<Wanted> all = {{made.torchscript, Engine::kFrozen, 0},
                             {made.optimized, Engine::kOptimized, 0},
                             {made.ours, Engine::kFastest, 0}};
  if (threads > 1) all.push_back({made.helped, Engine::kFastest, threads - 1});
  for (Wanted& wanted : all) {
    auto model = TorchScriptModel::Create(bundle, "cpu", {.engine = wanted.engine, .helpers = wanted.helpers});
    if (!model.ok()) return model.status();
    wanted.model = *std::move(model);
  }
  return made;
}

// What each round measured; one value a round.
struct Rounds {
  std::vector<double> torchscript, optimized, ours, split, split_ratio, concurrent, scaling;
  double max_one_minus_cosine = 0;
};

// One pass of each engine over the same pictures, one after the other.
absl::Status RunRound(const Contestants& contestants, const BenchEncoderOptions& options, unsigned seed,
                      Rounds& rounds) {
  const Preprocessing& preprocessing = contestants.ours->preprocessing();
  const std::vector<float> inputs = NoisePictures(preprocessing, options.batch, seed);
  const double pictures = static_cast<double>(options.batch);
  const auto plain = RunTimed(*contestants.torchscript, inputs, options.batch);
  if (!plain.ok()) return plain.status();
  const auto optimized = RunTimed(*contestants.optimized, inputs, options.batch);
  if (!optimized.ok()) return optimized.status();
  const auto ours = RunTimed(*contestants.ours, inputs, options.batch);
  if (!ours.ok()) return ours.status();
  rounds.torchscript.push_back(plain->milliseconds / pictures);
  rounds.optimized.push_back(optimized->milliseconds / pictures);
  rounds.ours.push_back(ours->milliseconds / pictures);
  rounds.max_one_minus_cosine =
      std::max(rounds.max_one_minus_cosine, MaxOneMinusCosine(ours->embeddings, plain->embeddings));
  return absl::OkStatus();
}

// One picture by one thread, one picture split over all, and a picture after the other in every thread.
absl::Status RunThreadsRound(const Contestants& contestants, const BenchEncoderOptions& options, unsigned seed,
                             Rounds& rounds) {
  const std::vector<float> picture = NoisePictures(contestants.ours->preprocessing(), 1, seed);
  const absl::StatusOr<double> one =
      ConcurrentPicturesPerSecond(*contestants.ours, picture, /*threads=*/1, kPassesAThread);
  if (!one.ok()) return one.status();
  const auto split = RunTimed(*contestants.helped, picture, 1);
  if (!split.ok()) return split.status();
  const absl::StatusOr<double> many =
      ConcurrentPicturesPerSecond(*contestants.helped, picture, options.threads, kPassesAThread);
  if (!many.ok()) return many.status();
  rounds.split.push_back(split->milliseconds);
  rounds.split_ratio.push_back(split->milliseconds / (1e3 / *one));
  rounds.concurrent.push_back(*many);
  rounds.scaling.push_back(*many / *one);
  return absl::OkStatus();
}

absl::StatusOr<Figures> Measure(const BenchEncoderOptions& options) {
  const absl::StatusOr<ModelBundle> bundle = LoadModelBundle(options.model);
  if (!bundle.ok()) return bundle.status();
  std::cerr << "preparing " << bundle->model_id << "\n";
  const absl::StatusOr<Contestants> contestants = MakeContestants(*bundle, options.threads);
  if (!contestants.ok()) return contestants.status();
  std::cerr << "measuring\n";
  Rounds rounds;
  for (size_t round = 0; round <= options.repeats; ++round) {
    if (round == 1) rounds = {};  // the first one only warms up
    if (absl::Status status = RunRound(*contestants, options, round, rounds); !status.ok()) return status;
    if (options.threads == 1) continue;
    if (absl::Status status = RunThreadsRound(*contestants, options, round, rounds); !status.ok()) return status;
  }
  Figures figures{.model_id = bundle->model_id,
                  .engine = contestants->ours->info().engine,
                  .torchscript_ms = Median(rounds.torchscript),
                  .optimized_ms = Median(rounds.optimized),
                  .lookalike_ms = Median(rounds.ours),
                  .max_one_minus_cosine = rounds.max_one_minus_cosine,
                  .threads = {}};
  if (options.threads > 1) {
    figures.threads = {.split_ms = Median(rounds.split),
                       .split_ratio = Median(rounds.split_ratio),
                       .images_per_second = Median(rounds.concurrent),
                       .scaling = Median(rounds.scaling)};
  }
  return figures;
}

void PrintJson(const BenchEncoderOptions& options, const Figures& figures) {
  ordered_json json = {{"model", figures.model_id},
                       {"engine", figures.engine},
                       {"batch", options.batch},
                       {"threads", options.threads},
                       {"torchscript_ms", figures.torchscript_ms},
                       {"optimized_ms", figures.optimized_ms},
                       {"lookalike_ms", figures.lookalike_ms},
                       {"speedup", figures.Speedup()},
                       {"speedup_over_optimized", figures.SpeedupOverOptimized()},
                       {"max_one_minus_cosine", figures.max_one_minus_cosine},
                       {"images_per_second", figures.ImagesPerSecond()}};
  if (figures.threads.has_value()) {
    json["split_ms"] = figures.threads->split_ms;
    json["split_ratio"] = figures.threads->split_ratio;
    json["concurrent_images_per_second"] = figures.threads->images_per_second;
    json["concurrent_scaling"] = figures.threads->scaling;
  }
  std::cout << json.dump() << "\n";
}

void PrintTables(const BenchEncoderOptions& options, const Figures& figures) {
  std::cout << "model " << figures.model_id << ", batch " << options.batch << "\n\n";
  Table engines({"engine", "ms an image", "slower than ours"});
  const auto add = [&](const std::string& name, double ms) {
    engines.AddRow({name, absl::StrFormat("%.1f", ms), absl::StrFormat("%.2f", ms / figures.lookalike_ms)});
  };
  add("torchscript, frozen", figures.torchscript_ms);
  add("torchscript, optimize_for_inference", figures.optimized_ms);
  add(absl::StrCat("ours: ", figures.engine), figures.lookalike_ms);
  std::cout << engines.ToString() << "\n"
            << absl::StrFormat("images a second, one thread: %.2f\nlargest 1 - cosine: %.2g\n",
                               figures.ImagesPerSecond(), figures.max_one_minus_cosine);
  if (!figures.threads.has_value()) return;
  std::cout << absl::StrFormat("one image split over %d threads: %.1f ms, %.2f of one thread's\n", options.threads,
                               figures.threads->split_ms, figures.threads->split_ratio)
            << absl::StrFormat("images a second, %d threads with an image each: %.2f, %.2f times one thread's\n",
                               options.threads, figures.threads->images_per_second, figures.threads->scaling);
}

absl::Status Run(const BenchEncoderOptions& options) {
  const absl::StatusOr<Figures> figures = Measure(options);
  if (!figures.ok()) return figures.status();
  options.json ? PrintJson(options, *figures) : PrintTables(options, *figures);
  return absl::OkStatus();
}

}  // namespace

void AddBenchEncoder(CLI::App& bench, Command& chosen) {
  CLI::App& encoder =
      *bench.add_subcommand("encoder", "A forward pass of a model by ours beside LibTorch's, on the CPU");
  auto options = std::make_shared<BenchEncoderOptions>();
  encoder.add_option("--model", options->model, "Model bundle: see `lookalike model create`")->required();
  encoder.add_option("--batch", options->batch, "Pictures of a pass")->capture_default_str()->check(CLI::Range(1, 64));
  encoder
      .add_option("--threads", options->threads,
                  "From 2 on: also one image split over so many threads, and so many threads with an image each")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  encoder.add_option("--repeats", options->repeats, "How often each engine runs")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  encoder.add_flag("--json", options->json, "For programs");
  encoder.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
