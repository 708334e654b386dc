// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/encode_call.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace lookalike {
namespace {

using testing::SizeIs;

class EncodeCallTest : public testing::Test {
 protected:
  const std::vector<ImageInput> images_ = {{.bytes = "first", .crop = std::nullopt},
                                           {.bytes = "second", .crop = CropBox{.left = 0.5}}};
};

TEST_F(EncodeCallTest, IsOverWhenEveryPictureIsDelivered) {
  EncodeCall call(images_, {});
  std::thread worker([&] {
    call.Deliver(1, absl::InvalidArgumentError("not a picture"));
    call.Deliver(0, Embedding{1, 0});
  });
  const auto results = call.Wait();
  worker.join();
  ASSERT_TRUE(results.ok());
  ASSERT_THAT(*results, SizeIs(2));
  EXPECT_EQ(*(*results)[0], (Embedding{1, 0}));
  EXPECT_EQ((*results)[1].status(), absl::InvalidArgumentError("not a picture"));
}

TEST_F(EncodeCallTest, LendsPicturesWhileSomebodyWaits) {
  EncodeCall call(images_, {});
  const auto second = call.CopyPicture(1);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->bytes, "second");
  EXPECT_EQ(second->crop->left, 0.5F);
}

TEST_F(EncodeCallTest, GivesUpAtItsDeadlineAndTouchesNothingOfTheCallersThen) {
  EncodeCall call(images_, {.deadline = absl::Now() + absl::Milliseconds(1)});
  EXPECT_EQ(call.Wait().status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(call.IsWanted());
  EXPECT_FALSE(call.CopyPicture(0).has_value());
  call.Deliver(0, Embedding{1, 0});  // by a worker that was at it
}

TEST_F(EncodeCallTest, GivesUpWhenItIsCancelledAndAsksNoMoreThen) {
  std::atomic<int> asked = 0;
  EncodeCall call(images_, {.is_cancelled = [&] { return ++asked > 3; }});
  EXPECT_EQ(call.Wait().status().code(), absl::StatusCode::kCancelled);
  const int asked_before = asked;
  EXPECT_FALSE(call.IsWanted());
  EXPECT_FALSE(call.CopyPicture(0).has_value());
  EXPECT_EQ(asked, asked_before);
}

TEST_F(EncodeCallTest, WakesItsCallerWhenAWorkerFindsItCancelled) {
  std::atomic<bool> cancelled = false;
  EncodeCall call(images_, {.is_cancelled = [&] { return cancelled.load(); }});
  EXPECT_TRUE(call.IsWanted());
  cancelled = true;
  EXPECT_FALSE(call.IsWanted());
  EXPECT_EQ(call.Wait().status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace lookalike
