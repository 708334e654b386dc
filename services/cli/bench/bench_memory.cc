// SPDX-License-Identifier: Apache-2.0
// `lookalike bench memory`: whether the encoder's memory stays what it is, however many calls of whatever size come.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/rpc/encoder_client.h"
#include "services/cli/bench/bench.h"
#include "services/cli/bench/process_memory.h"
#include "services/cli/bench/scratch_folder.h"
#include "services/cli/bench/served_model.h"
#include "services/cli/create_model.h"

namespace lookalike {
namespace {

using nlohmann::ordered_json;

constexpr size_t kParts = 10;  // memory is looked at after each

struct BenchMemoryOptions {
  EncoderOptions encoder;
  int input_size = 32;
  size_t calls = 100'000;
  size_t most_pictures = 8;
  size_t clients = 4;
  unsigned seed = 1;
  bool json = false;
};

// Calls of 1 to `most_pictures` pictures from several clients, each of which waits for its answer.
absl::Status SendCalls(ServedModel& model, const BenchMemoryOptions& options, size_t part) {
  const size_t calls = options.calls / kParts;
  std::atomic<size_t> sent = 0, failed = 0;
  std::vector<std::thread> clients;
  for (size_t i = 0; i < options.clients; ++i) {
    clients.emplace_back([&, i] {
      EncoderClient client(model.channel());
      std::mt19937 random(static_cast<unsigned>(options.seed + kParts * i + part));
      std::uniform_int_distribution<size_t> pictures(1, options.most_pictures);
      while (sent.fetch_add(1) < calls) {
        const std::vector<ImageInput> images(pictures(random), ImageInput{.bytes = model.picture(), .crop = {}});
        if (!client.Encode(images, {}).ok()) ++failed;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  if (failed > 0) return absl::InternalError(absl::StrCat(failed.load(), " of ", calls, " calls failed"));
  return absl::OkStatus();
}

// Bytes in memory after each part.
absl::StatusOr<std::vector<size_t>> Measure(BenchMemoryOptions options) {
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
  std::vector<size_t> bytes;
  for (size_t part = 0; part < kParts; ++part) {
    if (absl::Status status = SendCalls(**model, options, part); !status.ok()) return status;
    bytes.push_back(ResidentBytes());
    std::cerr << absl::StrFormat("%d of %d calls, %.1f MB\n", (part + 1) * options.calls / kParts, options.calls,
                                 static_cast<double>(bytes.back()) / 1e6);
  }
  return bytes;
}

absl::Status Run(const BenchMemoryOptions& options) {
  const absl::StatusOr<std::vector<size_t>> bytes = Measure(options);
  if (!bytes.ok()) return bytes.status();
  // The first part warms everything up.
  const auto ratio = [&](size_t to) { return static_cast<double>(to) / static_cast<double>(bytes->front()); };
  const double last = ratio(bytes->back()), most = ratio(*std::max_element(bytes->begin(), bytes->end()));
  if (options.json) {
    std::cout
        << ordered_json{{"calls", options.calls}, {"bytes", *bytes}, {"last_ratio", last}, {"most_ratio", most}}.dump()
        << "\n";
  } else {
    std::cout << absl::StrFormat("memory after all calls %.4f of that after the first tenth, at most %.4f\n", last,
                                 most);
  }
  return absl::OkStatus();
}

}  // namespace

void AddBenchMemory(CLI::App& bench, Command& chosen) {
  CLI::App& memory = *bench.add_subcommand("memory", "The encoder's memory over many calls of mixed sizes");
  auto options = std::make_shared<BenchMemoryOptions>();
  CLI::Option* model =
      memory.add_option("--model", options->encoder.model, "Model bundle; without it, VGG16 with random weights");
  memory.add_option("--input-size", options->input_size, "Of that VGG16, in pixels")
      ->capture_default_str()
      ->excludes(model)
      ->check(CLI::Range(32, 1024));
  AddEncoderFlags(memory, options->encoder);
  memory.add_option("--calls", options->calls, "How many")->capture_default_str()->check(CLI::Range(10, 1'000'000'000));
  memory.add_option("--most-pictures", options->most_pictures, "Of a call; each has 1 to so many")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  memory.add_option("--clients", options->clients, "Calls at a time")->capture_default_str()->check(CLI::Range(1, 256));
  memory.add_option("--seed", options->seed, "Of the calls' sizes")->capture_default_str();
  memory.add_flag("--json", options->json, "For programs");
  memory.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
