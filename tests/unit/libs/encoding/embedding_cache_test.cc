// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/embedding_cache.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

constexpr size_t kLarge = 1 << 20;

// The memory of one of these.
size_t BytesOfOne() {
  EmbeddingCache cache(kLarge);
  cache.Put("a", Embedding(512, 1.0f));
  return cache.bytes();
}

TEST(EmbeddingCacheTest, FindsWhatWasPut) {
  EmbeddingCache cache(kLarge);
  cache.Put("a", {1, 0});
  cache.Put("b", {0, 1});
  EXPECT_EQ(cache.Find("a"), (Embedding{1, 0}));
  EXPECT_EQ(cache.Find("b"), (Embedding{0, 1}));
  EXPECT_EQ(cache.Find("c"), std::nullopt);
  EXPECT_EQ(cache.size(), 2u);
}

TEST(EmbeddingCacheTest, ForgetsWhatWasNotAskedForTheLongest) {
  EmbeddingCache cache(3 * BytesOfOne());
  for (const char* name : {"a", "b", "c"}) cache.Put(name, Embedding(512, 1.0f));
  cache.Find("a");
  cache.Put("d", Embedding(512, 1.0f));
  EXPECT_EQ(cache.Find("b"), std::nullopt);
  for (const char* name : {"a", "c", "d"}) EXPECT_NE(cache.Find(name), std::nullopt) << name;
}

TEST(EmbeddingCacheTest, NeverTakesMoreThanItMay) {
  const size_t most = 10 * BytesOfOne();
  EmbeddingCache cache(most);
  for (int i = 0; i < 1000; ++i) {
    cache.Put(std::to_string(i), Embedding(static_cast<size_t>(i), 1.0f));
    EXPECT_LE(cache.bytes(), most);
  }
  EXPECT_GT(cache.size(), 0u);
}

TEST(EmbeddingCacheTest, PuttingAgainReplaces) {
  EmbeddingCache cache(kLarge);
  cache.Put("a", Embedding(512, 1.0f));
  const size_t bytes = cache.bytes();
  cache.Put("a", Embedding(512, 2.0f));
  EXPECT_EQ(cache.Find("a"), Embedding(512, 2.0f));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(EmbeddingCacheTest, WhatIsLargerThanAllOfItIsNotKept) {
  EmbeddingCache cache(BytesOfOne());
  cache.Put("small", Embedding(512, 1.0f));
  cache.Put("large", Embedding(5000, 1.0f));
  EXPECT_EQ(cache.Find("large"), std::nullopt);
  EXPECT_EQ(cache.size(), 0u + cache.Find("small").has_value());
}

}  // namespace
}  // namespace lookalike
