// SPDX-License-Identifier: Apache-2.0
// The encoder service over real sockets, before a model that the tests hold in the middle of a pass.
#include "services/encoder/encoder_service.h"

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "libs/encoding/local_encoder.h"
#include "libs/rpc/encoder_client.h"
#include "libs/rpc/server_runner.h"
#include "libs/rpc/status.h"
#include "services/encoder/encoder_metrics.h"
#include "services/search/search_service.h"
#include "tests/unit/libs/encoding/fake_model.h"
#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kMaxMessageBytes = 100'000;

// A service on a port of its own.
class Listening {
 public:
  Listening(grpc::Service* service, const std::string& name, Metrics* metrics) {
    GrpcServer::Options options;
    options.address = "127.0.0.1:0";
    options.drain_notice = absl::ZeroDuration();
    options.max_receive_message_bytes = kMaxMessageBytes;
    const std::array<grpc::Service*, 1> services = {service};
    server_ = *GrpcServer::Create(options, services, metrics);
    server_->SetServing(name, true);
  }
  std::shared_ptr<grpc::Channel> Channel(const ChannelOptions& options) const {
    return *Connect(absl::StrCat("127.0.0.1:", server_->port()), options);
  }

 private:
  std::unique_ptr<GrpcServer> server_;
};

class EncoderServiceTest : public testing::Test {
 protected:
  std::unique_ptr<LocalEncoder> StartEncoder() {
    LocalEncoder::Options options;
    options.workers = 1;
    options.decoders = 1;
    options.batch_sizes = BatchSizes(std::vector<size_t>{1});
    options.max_images_per_call = 2;
    options.lane_limits.tasks = 2;
    options.observer = &observer_;
    std::unique_ptr<LocalEncoder> encoder = *LocalEncoder::Create(options, std::make_unique<FakeModel>(script_));
    script_.EndWarmUp();
    return encoder;
  }
  ~EncoderServiceTest() override { script_.Resume(); }

  using Answer = std::future<absl::StatusOr<Encoded>>;

  Answer EncodeAside(EncoderClient& client, std::vector<std::string> pictures, EncodeOptions options = {}) {
    return std::async(std::launch::async, [&client, pictures = std::move(pictures), options = std::move(options)] {
      std::vector<ImageInput> images;
      for (const std::string& picture : pictures) images.push_back({.bytes = picture, .crop = std::nullopt});
      return client.Encode(images, options);
    });
  }
  Answer HoldTheWorker() {
    script_.Pause();
    Answer answer = EncodeAside(client_, {Picture(1)});
    script_.WaitUntilHeld();
    return answer;
  }
  void AwaitWaiting(Lane lane, size_t pictures) const {
    while (encoder_->decoded(lane) != pictures || encoder_->waiting(lane) != pictures) std::this_thread::yield();
  }

  ModelScript script_;
  Metrics metrics_;
  EncoderMetrics observer_{&metrics_};
  std::unique_ptr<LocalEncoder> encoder_ = StartEncoder();
  EncoderService service_{encoder_.get()};
  Listening listening_{&service_, v1::Encoder::service_full_name(), &metrics_};
  EncoderClient client_{listening_.Channel(EncoderClient::Channel())};
};

TEST_F(EncoderServiceTest, RefusesWhatAFullLaneCannotHoldAndSaysWhenToTryAgain) {
  Answer held = HoldTheWorker();
  Answer queued = EncodeAside(client_, {Picture(2), Picture(3)});
  AwaitWaiting(Lane::kInteractive, 2);
  const absl::Status refused = EncodeAside(client_, {Picture(4)}).get().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("queue is full"));
  EXPECT_GT(RetryDelayOf(refused).value_or(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_THAT(metrics_.Render(), HasSubstr("lookalike_encoder_rejected_total{reason=\"full\"} 1"));
  script_.Resume();
  EXPECT_TRUE(held.get().ok() && queued.get().ok());
}

TEST_F(EncoderServiceTest, TellsAMessageTooLargeApart) {
  const absl::Status refused = EncodeAside(client_, {std::string(kMaxMessageBytes, 'x')}).get().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("larger than max"));
  EXPECT_EQ(RetryDelayOf(refused), std::nullopt);
}

TEST_F(EncoderServiceTest, TheSearchServicePassesTheDelayOn) {
  FakeStore store;
  SearchService search(&client_, &store, {}, {});
  const Listening listening(&search, v1::VisualSearch::service_full_name(), &metrics_);
  const auto stub = v1::VisualSearch::NewStub(listening.Channel({.service = v1::VisualSearch::service_full_name()}));
  Answer held = HoldTheWorker();
  Answer queued = EncodeAside(client_, {Picture(2), Picture(3)});
  AwaitWaiting(Lane::kInteractive, 2);
  v1::SearchRequest request;
  request.set_collection("shoes");
  request.mutable_query()->set_image(Picture(4));
  request.set_k(1);
  grpc::ClientContext context;
  v1::SearchResponse response;
  const absl::Status refused = FromGrpcStatus(stub->Search(&context, request, &response));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(RetryDelayOf(refused).has_value()) << refused;
  script_.Resume();
  EXPECT_TRUE(held.get().ok() && queued.get().ok());
}

TEST_F(EncoderServiceTest, ACallThatItsClientGivesUpCostsNoPass) {
  Answer held = HoldTheWorker();
  std::atomic<bool> gone = false;
  Answer given_up = EncodeAside(client_, {Picture(2)}, {.is_cancelled = [&] { return gone.load(); }});
  AwaitWaiting(Lane::kInteractive, 1);
  gone = true;
  EXPECT_EQ(given_up.get().status().code(), absl::StatusCode::kCancelled);
  AwaitWaiting(Lane::kInteractive, 0);
  script_.Resume();
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(EncodeAside(client_, {Picture(3)}).get().ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 3));
}

TEST_F(EncoderServiceTest, ACallOverItsDeadlineFreesItsPlaceWhileTheModelWorks) {
  Answer held = HoldTheWorker();
  const auto late = EncodeAside(client_, {Picture(2)}, {.deadline = absl::Now() + absl::Milliseconds(100)}).get();
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  AwaitWaiting(Lane::kInteractive, 0);
  script_.Resume();
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(EncodeAside(client_, {Picture(3)}).get().ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 3));
}

TEST_F(EncoderServiceTest, BulkPicturesWaitBehindInteractiveOnes) {
  Answer held = HoldTheWorker();
  Answer bulk = EncodeAside(client_, {Picture(2)}, {.lane = Lane::kBulk});
  AwaitWaiting(Lane::kBulk, 1);
  Answer interactive = EncodeAside(client_, {Picture(3)});
  AwaitWaiting(Lane::kInteractive, 1);
  script_.Resume();
  EXPECT_TRUE(held.get().ok() && bulk.get().ok() && interactive.get().ok());
  EXPECT_THAT(script_.Reds(), ElementsAre(1, 3, 2));
}

TEST_F(EncoderServiceTest, ShowsWhatWaitsInEachLane) {
  const auto gauges = AddQueueGauges(encoder_.get(), &metrics_);
  Answer held = HoldTheWorker();
  Answer bulk = EncodeAside(client_, {Picture(2), Picture(3)}, {.lane = Lane::kBulk});
  AwaitWaiting(Lane::kBulk, 2);
  const std::string page = metrics_.Render();
  EXPECT_THAT(page, HasSubstr("lookalike_encoder_queued_images{lane=\"bulk\"} 2"));
  EXPECT_THAT(page, HasSubstr("lookalike_encoder_queued_images{lane=\"interactive\"} 0"));
  EXPECT_THAT(page, HasSubstr("lookalike_encoder_queued_bytes{lane=\"bulk\"}"));
  script_.Resume();
  EXPECT_TRUE(held.get().ok() && bulk.get().ok());
}

}  // namespace
}  // namespace lookalike
