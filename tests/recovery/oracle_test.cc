// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/oracle.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class OracleTest : public testing::Test {
 protected:
  OracleTest() { Create("shop"); }

  void Create(const std::string& name) {
    ASSERT_TRUE(oracle_.BeginCreate(name, 8));
    oracle_.EndCreate(name, Outcome::kDone, false);
  }
  Target target() const { return oracle_.Alive().at(0); }
  ExpectedItem Item(const std::string& id) const { return oracle_.Item(target(), id); }
  void Write(const std::string& id, Version version, uint64_t sequence) {
    oracle_.EndWrite(oracle_.BeginWrite(target(), {{id, version}}), {Outcome::kDone}, sequence);
  }

  Oracle oracle_;
};

TEST_F(OracleTest, OfTwoWritesTheOneWithTheHigherSequenceNumberCounts) {
  const uint64_t one = oracle_.BeginWrite(target(), {{"a", 1}});
  const uint64_t other = oracle_.BeginWrite(target(), {{"a", 2}});
  oracle_.EndWrite(other, {Outcome::kDone}, 6);
  oracle_.EndWrite(one, {Outcome::kDone}, 5);
  EXPECT_EQ(Item("a").acknowledged.version, 2u);
  EXPECT_EQ(Item("a").former, 1u);
  EXPECT_THAT(Item("a").pending, IsEmpty());
}

TEST_F(OracleTest, ItemsOfAWriteHaveConsecutiveSequenceNumbers) {
  const uint64_t ticket = oracle_.BeginWrite(target(), {{"a", 1}, {"b", kAbsent}, {"c", 2}, {"a", 3}});
  oracle_.EndWrite(ticket, {Outcome::kDone, Outcome::kRefused, Outcome::kDone, Outcome::kDone}, 10);
  EXPECT_EQ(Item("c").acknowledged.sequence, 9u);
  EXPECT_EQ(Item("a").acknowledged.version, 3u);
  EXPECT_EQ(Item("a").acknowledged.sequence, 10u);
  EXPECT_EQ(Item("b").acknowledged.sequence, 0u);
}

TEST_F(OracleTest, ALostWriteStaysOpen) {
  Write("a", 1, 1);
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{"a", 2}}));
  Write("a", 3, 2);
  ASSERT_THAT(Item("a").pending, SizeIs(1));
  EXPECT_EQ(Item("a").pending[0].version, 2u);
}

TEST_F(OracleTest, AWriteAnsweredAsOpenIsSettledByALaterOne) {
  oracle_.EndWrite(oracle_.BeginWrite(target(), {{"a", 1}}), {Outcome::kOpen}, 0);
  EXPECT_THAT(Item("a").pending, SizeIs(1));
  Write("a", 2, 2);
  EXPECT_THAT(Item("a").pending, IsEmpty());
}

TEST_F(OracleTest, AWriteAnsweredAsOpenIsNotSettledByOneThatBeganBeforeTheAnswer) {
  const uint64_t open = oracle_.BeginWrite(target(), {{"a", 1}});
  const uint64_t done = oracle_.BeginWrite(target(), {{"a", 2}});
  oracle_.EndWrite(open, {Outcome::kOpen}, 0);
  oracle_.EndWrite(done, {Outcome::kDone}, 2);
  EXPECT_THAT(Item("a").pending, SizeIs(1));
}

TEST_F(OracleTest, ACollectionIsMadeAgainOnlyWhenNoWriteToTheOldOneRuns) {
  const Target old = target();
  const uint64_t ticket = oracle_.BeginWrite(old, {{"a", 1}});
  ASSERT_TRUE(oracle_.BeginDrop(old));
  oracle_.EndDrop(old, Outcome::kDone);
  EXPECT_EQ(oracle_.BeginWrite(old, {{"b", 1}}), 0u);
  EXPECT_FALSE(oracle_.BeginCreate("shop", 8));
  oracle_.EndWrite(ticket, {Outcome::kRefused}, 0);
  Create("shop");
  EXPECT_FALSE(oracle_.IsAlive(old));
  EXPECT_TRUE(oracle_.IsAlive(target()));
}

TEST_F(OracleTest, WhatACheckFoundIsExpectedFromThenOn) {
  Write("a", 1, 1);
  Write("b", 2, 2);
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{"a", 3}, {"b", kAbsent}}));
  oracle_.Settle({{"shop", {.centered = false, .sequence = 4, .items = {{"a", {3, 3}}}}}});
  EXPECT_EQ(Item("a").acknowledged.sequence, 3u);
  EXPECT_EQ(Item("a").former, 1u);
  EXPECT_EQ(Item("b").acknowledged.version, kAbsent);
  EXPECT_EQ(Item("b").former, 2u);
  EXPECT_THAT(Item("b").pending, IsEmpty());
  EXPECT_EQ(oracle_.expectation().at("shop").highest_sequence, 4u);
}

TEST_F(OracleTest, TheJournalTellsWhatHappened) {
  Write("a", MakeVersion(1, 2, 3), 7);
  const TemporaryFolder folder;
  const std::string path = folder.File("journal");
  oracle_.StartJournal(path);
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{"a", kAbsent}}));
  oracle_.StartJournal(path + ".next");  // closes the first
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(text, HasSubstr("expect shop a=1.2.3 sequence 7\n"));
  EXPECT_THAT(text, HasSubstr("a=absent\n"));
  EXPECT_THAT(text, HasSubstr(" lost\n"));
}

}  // namespace
}  // namespace lookalike
