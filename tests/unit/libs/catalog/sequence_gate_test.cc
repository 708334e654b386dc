// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/sequence_gate.h"

#include <future>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "libs/catalog/catalog_store.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class SequenceGateTest : public testing::Test {
 protected:
  // A reader on a thread of its own, which is at the gate when this returns.
  std::future<absl::Status> Wait(uint64_t min_sequence, absl::Time deadline = absl::InfiniteFuture()) {
    const int before = SequenceGate::Waiting();
    auto reader = std::async(std::launch::async, [=, this] { return gate_.Pass(min_sequence, deadline); });
    while (SequenceGate::Waiting() == before) absl::SleepFor(absl::Milliseconds(1));
    return reader;
  }

  static bool Waits(const std::future<absl::Status>& reader) {
    return reader.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout;
  }

  SequenceGate gate_{5};
};

TEST_F(SequenceGateTest, LetsThroughWhoeverWantsNoMoreThanThereIs) {
  for (const uint64_t wanted : {0, 1, 5}) EXPECT_TRUE(gate_.Pass(wanted, absl::InfinitePast()).ok()) << wanted;
}

TEST_F(SequenceGateTest, NamesBothNumbersWhenTheDeadlinePasses) {
  const absl::Status late = gate_.Pass(7, absl::Now() + absl::Milliseconds(20));
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(late.message()), AllOf(StartsWith("min_sequence: "), HasSubstr("5"), HasSubstr("7")));
}

TEST_F(SequenceGateTest, AWriteReleasesThoseItReachesAndNobodyElse) {
  std::future<absl::Status> sixth = Wait(6), eighth = Wait(8), ninth = Wait(9);
  gate_.Open(8);
  EXPECT_TRUE(sixth.get().ok());
  EXPECT_TRUE(eighth.get().ok());
  EXPECT_TRUE(Waits(ninth));
  gate_.Open(7);
  EXPECT_TRUE(Waits(ninth)) << "a lower number after a higher one";
  gate_.Open(9);
  EXPECT_TRUE(ninth.get().ok());
}

TEST_F(SequenceGateTest, ClosingItSendsEveryoneAwayWithTheReason) {
  std::future<absl::Status> one = Wait(6), other = Wait(7);
  gate_.Close(absl::NotFoundError("collection: gone"));
  EXPECT_EQ(one.get(), absl::NotFoundError("collection: gone"));
  EXPECT_EQ(other.get(), absl::NotFoundError("collection: gone"));
  EXPECT_EQ(gate_.Pass(6, absl::InfiniteFuture()), absl::NotFoundError("collection: gone"));
  EXPECT_TRUE(gate_.Pass(5, absl::InfiniteFuture()).ok()) << "that write is there";
}

TEST_F(SequenceGateTest, RefusesMoreThanItsThreadsCanBear) {
  std::vector<std::future<absl::Status>> readers;
  for (int i = 0; i < kMaxSequenceWaiters; ++i) readers.push_back(Wait(6));
  SequenceGate other(0);
  const absl::Status refused = other.Pass(1, absl::InfiniteFuture());
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
  EXPECT_THAT(std::string(refused.message()), StartsWith("min_sequence: "));
  gate_.Open(6);
  for (std::future<absl::Status>& reader : readers) EXPECT_TRUE(reader.get().ok());
  EXPECT_EQ(SequenceGate::Waiting(), 0);
  EXPECT_EQ(other.Pass(1, absl::Now()).code(), absl::StatusCode::kDeadlineExceeded) << "there is room again";
}

}  // namespace
}  // namespace lookalike
