// SPDX-License-Identifier: Apache-2.0
#include "services/search/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class PageTokenTest : public testing::Test {
 protected:
  PageTokenTest() {
    request_.set_collection("shop");
    request_.mutable_query()->set_id("x");
    cursor_.returned = 20;
    cursor_.dropped_filters = 1;
    cursor_.now = absl::FromUnixMicros(1'700'000'000'123'456);
    cursor_.last = {0.1f, "größe"};
    cursor_.floor = RankPosition{-0.25f, "y"};
    cursor_.mean_items = 7;
    cursor_.sequence = 9;
    cursor_.embeddings = {{0.6f, 0.8f}, {}};
  }

  std::string Token() const { return ToPageToken(cursor_, Identity()); }
  SearchIdentity Identity() const { return {request_, profile_}; }
  std::string Refusal(const std::string& token, absl::StatusCode code) const {
    const auto cursor = FromPageToken(token, Identity());
    EXPECT_EQ(cursor.status().code(), code) << token;
    return std::string(cursor.status().message());
  }

  v1::SearchRequest request_;
  std::string profile_ = "profile";
  PageCursor cursor_;
};

TEST_F(PageTokenTest, CarriesTheWholeCursor) {
  const auto read = FromPageToken(Token(), Identity());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->returned, 20u);
  EXPECT_EQ(read->dropped_filters, 1u);
  EXPECT_EQ(read->now, cursor_.now);
  EXPECT_EQ(read->last.score, 0.1f);
  EXPECT_EQ(read->last.id, "größe");
  EXPECT_EQ(read->floor->score, -0.25f);
  EXPECT_EQ(read->floor->id, "y");
  EXPECT_EQ(read->mean_items, 7u);
  EXPECT_EQ(read->sequence, 9u);
  EXPECT_THAT(read->embeddings, ElementsAre(ElementsAre(0.6f, 0.8f), IsEmpty()));
}

TEST_F(PageTokenTest, WithoutAFloorHasNone) {
  cursor_.floor.reset();
  EXPECT_FALSE(FromPageToken(Token(), Identity())->floor.has_value());
}

TEST_F(PageTokenTest, IsTheSameRequestsWithAnyToken) {
  const std::string token = Token();
  request_.set_page_token(token);
  EXPECT_TRUE(FromPageToken(token, Identity()).ok());
}

TEST_F(PageTokenTest, OfAnotherRequestIsRefused) {
  const std::string token = Token();
  request_.set_k(11);
  EXPECT_THAT(Refusal(token, absl::StatusCode::kInvalidArgument), HasSubstr("belongs to another request"));
}

TEST_F(PageTokenTest, ExpiresWithTheRankingProfile) {
  const std::string token = Token();
  profile_ = "another";
  EXPECT_THAT(Refusal(token, absl::StatusCode::kFailedPrecondition), StartsWith("page_token: expired"));
}

TEST_F(PageTokenTest, WhatIsNoTokenIsRefused) {
  for (const std::string& text :
       {std::string("?"), std::string("AAAA"), std::string(1000, 'A'), std::string("größe")}) {
    EXPECT_THAT(Refusal(text, absl::StatusCode::kInvalidArgument), StartsWith("page_token: is not"));
  }
}

TEST_F(PageTokenTest, ADamagedOneIsRefused) {
  const std::string token = Token();
  for (size_t i = 0; i + 1 < token.size(); ++i) {  // of the last character some bits mean nothing
    std::string damaged = token;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(FromPageToken(damaged, Identity()).ok()) << i;
    EXPECT_FALSE(FromPageToken(token.substr(0, i), Identity()).ok()) << i;
  }
}

}  // namespace
}  // namespace lookalike
