// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/served_model.h"

#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/encoding/model_bundle.h"
#include "libs/encoding/torchscript_model.h"
#include "libs/encoding/usable_cores.h"
#include "libs/image/encode.h"
#include "libs/rpc/encoder_client.h"
#include "services/cli/bench/statistics.h"

namespace lookalike {
namespace {

// A model that belongs to somebody else.
class BorrowedModel : public EmbeddingModel {
 public:
  explicit BorrowedModel(EmbeddingModel* model) : model_(model) {}
  const ModelInfo& info() const override { return model_->info(); }
  const Preprocessing& preprocessing() const override { return model_->preprocessing(); }
  std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) override {
    return model_->Run(inputs, batch);
  }

 private:
  EmbeddingModel* const model_;
};

// Slopes and edges, as photos have them: noise would take a decoder longer, one colour less long.
Image SomePicture(int side) {
  Image picture = NewImage(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      uint8_t* pixel = &picture.pixels[(size_t{3} * side * y) + (size_t{3} * x)];
      pixel[0] = static_cast<uint8_t>(255 * x / side);
      pixel[1] = static_cast<uint8_t>(255 * y / side);
      pixel[2] = static_cast<uint8_t>((x / 8 + y / 8) % 2 == 0 ? 200 : 40);
    }
  }
  return picture;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const GrpcServer& server) {
  auto channel = Connect(absl::StrCat("127.0.0.1:", server.port()), EncoderClient::Channel());
  if (!channel.ok()) return channel.status();
  if (!(*channel)->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(10)))) {
    return absl::UnavailableError("the encoder service of this process cannot be reached over loopback");
  }
  return channel;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServedModel>> ServedModel::Start(const EncoderOptions& options) {
  std::unique_ptr<ServedModel> served(new ServedModel);
  absl::StatusOr<ModelBundle> bundle = LoadModelBundle(options.model);
  if (!bundle.ok()) return bundle.status();
  absl::StatusOr<std::unique_ptr<TorchScriptModel>> model = TorchScriptModel::Create(*bundle, options.device);
  if (!model.ok()) return model.status();
  served->model_ = *std::move(model);
  const bool on_gpu = absl::StartsWith(served->info().device, "cuda");
  served->workers_ = options.encoder.workers > 0 ? options.encoder.workers : on_gpu ? 1 : UsableCores();
  absl::StatusOr<std::string> picture = EncodeJpeg(SomePicture(served->info().input_size), 90);
  if (!picture.ok()) return picture.status();
  served->picture_ = *std::move(picture);

  auto encoder = LocalEncoder::Create(options.encoder, std::make_unique<BorrowedModel>(served->model_.get()));
  if (!encoder.ok()) return encoder.status();
  served->encoder_ = *std::move(encoder);
  served->best_batch_ = served->encoder_->best_batch();
  served->service_ = std::make_unique<EncoderService>(served->encoder_.get());
  const std::array<grpc::Service*, 1> services = {served->service_.get()};
  GrpcServer::Options server_options;
  server_options.address = "127.0.0.1:0";
  server_options.drain_notice = absl::ZeroDuration();
  server_options.drain_timeout = absl::Seconds(1);
  auto server = GrpcServer::Create(server_options, services, &served->metrics_);
  if (!server.ok()) return server.status();
  served->server_ = *std::move(server);
  served->server_->SetServing(v1::Encoder::service_full_name(), true);
  auto channel = ConnectTo(*served->server_);
  if (!channel.ok()) return channel.status();
  served->channel_ = *std::move(channel);
  return served;
}

double ServedModel::TimePass() {
  const std::vector<float> input(InputValues(model_->preprocessing()), 1);
  const Stopwatch stopwatch;
  model_->Run(input, 1);
  return stopwatch.Microseconds();
}

double ServedModel::TimePreparing() const {
  std::vector<float> input(InputValues(model_->preprocessing()));
  const Stopwatch stopwatch;
  const absl::StatusOr<Image> image = DecodeImage(picture_, ImageLimits());
  if (image.ok()) static_cast<void>(Preprocess(*image, model_->preprocessing(), input));
  return stopwatch.Microseconds();
}

double ServedModel::BareThroughput(double seconds, size_t batch) {
  std::atomic<size_t> pictures = 0;
  std::vector<std::thread> threads;
  const Stopwatch stopwatch;
  for (size_t i = 0; i < workers_; ++i) {
    threads.emplace_back([&] {
      const std::vector<float> inputs(batch * InputValues(model_->preprocessing()), 1);
      while (stopwatch.Seconds() < seconds) {
        model_->Run(inputs, batch);
        pictures += batch;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(pictures) / stopwatch.Seconds();
}

}  // namespace lookalike
