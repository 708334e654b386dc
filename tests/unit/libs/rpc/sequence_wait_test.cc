// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/sequence_wait.h"

#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

// Answers each List as the test says, and remembers how long it was given.
class ScriptedStore : public FakeStore {
 public:
  absl::StatusOr<ItemPage> List(absl::string_view, const ListQuery& query, absl::Time deadline) override {
    EXPECT_EQ(query.min_sequence, 7);
    deadlines.push_back(deadline);
    const absl::Status answer = answers.front();
    answers.pop_front();
    if (answer.ok()) return ItemPage();
    return answer;
  }

  std::deque<absl::Status> answers;
  std::vector<absl::Time> deadlines;
};

class SequenceWaitTest : public testing::Test {
 protected:
  absl::Status Await(uint64_t min_sequence, absl::Time deadline) {
    return AwaitSequence(store_, "shoes", min_sequence, deadline, [this] { return cancelled_after_ == asked_++; });
  }

  const absl::Status late_ = absl::DeadlineExceededError("min_sequence: 3, not 7");
  ScriptedStore store_;
  int asked_ = 0;             // whether the caller is still there
  int cancelled_after_ = -1;  // so many questions; never
};

TEST_F(SequenceWaitTest, AsksTheStoreNothingWhereNoWriteIsNamed) {
  EXPECT_TRUE(Await(0, absl::InfiniteFuture()).ok());
  EXPECT_TRUE(store_.deadlines.empty());
}

TEST_F(SequenceWaitTest, WaitsOnUntilTheWriteHasCome) {
  store_.answers = {late_, late_, absl::OkStatus()};
  EXPECT_TRUE(Await(7, absl::Now() + absl::Hours(1)).ok());
  EXPECT_EQ(store_.deadlines.size(), 3u);
}

TEST_F(SequenceWaitTest, LooksOftenWhetherTheCallerIsStillThere) {
  store_.answers = {late_, late_};
  cancelled_after_ = 2;
  EXPECT_EQ(Await(7, absl::InfiniteFuture()).code(), absl::StatusCode::kCancelled);
  for (const absl::Time deadline : store_.deadlines) EXPECT_LE(deadline, absl::Now() + kCancellationCheck);
}

TEST_F(SequenceWaitTest, GivesUpBeforeTheDeadlineWithTheStoresAnswer) {
  store_.answers = {late_};
  const absl::Time deadline = absl::Now() + absl::Milliseconds(800);
  EXPECT_EQ(Await(7, deadline), late_);
  EXPECT_EQ(store_.deadlines.front(), deadline - kAnswerMargin);
}

TEST_F(SequenceWaitTest, AShortDeadlineLeavesMostOfItsTimeToTheWait) {
  store_.answers = {late_};
  const absl::Time before = absl::Now(), deadline = before + absl::Milliseconds(200);
  EXPECT_EQ(Await(7, deadline), late_);
  EXPECT_LT(store_.deadlines.front(), deadline);
  EXPECT_GE(store_.deadlines.front(), before + absl::Milliseconds(150));
}

TEST_F(SequenceWaitTest, PassesOnWhatElseTheStoreAnswers) {
  store_.answers = {absl::NotFoundError("collection: gone")};
  EXPECT_EQ(Await(7, absl::InfiniteFuture()).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace lookalike
