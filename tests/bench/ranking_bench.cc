// SPDX-License-Identifier: Apache-2.0
// What ranking adds to a search: 200 candidates with eight attributes each, embeddings of 512 dimensions, 10 results.
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "libs/ranking/rank.h"
#include "libs/vector/embedding.h"

namespace lookalike {
namespace {

constexpr size_t kCandidates = 200;
constexpr size_t kDimension = 512;

struct Product {
  std::string id;
  Attributes attributes;
  Embedding embedding;
};

std::vector<Product> Products() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<Product> products(kCandidates);
  for (size_t i = 0; i < kCandidates; ++i) {
    const auto number = [&] { return static_cast<double>(random() % 1000); };
    products[i].id = "product-" + std::to_string(i);
    products[i].attributes = {{"brand", "brand-" + std::to_string(random() % 20)},
                              {"category", "boots"},
                              {"group", "group-" + std::to_string(i / 3)},
                              {"in_stock", random() % 2 == 0},
                              {"listed_at", 1.7e9 + 1e4 * number()},
                              {"margin", number()},
                              {"price", number()},
                              {"sold", number()}};
    for (size_t value = 0; value < kDimension; ++value) products[i].embedding.push_back(normal(random));
    if (!Normalize(products[i].embedding).ok()) std::abort();
  }
  return products;
}

RankingProfile Signals() {
  RankingProfile profile;
  profile.signals.push_back({.attribute = "margin", .weight = 0.1, .scale = LinearScale{0, 1000}});
  profile.signals.push_back({.attribute = "price", .weight = 0.1, .scale = SigmoidScale{500, 100}});
  profile.signals.push_back({.attribute = "sold", .weight = 0.1, .scale = LogScale{0, 1000}});
  profile.boosts.push_back({*Filter::Parse("in_stock = true and brand in [\"brand-1\", \"brand-2\"]"), 0.1});
  profile.freshness = Freshness{.attribute = "listed_at", .half_life = 86'400, .weight = 0.1};
  return profile;
}

RankingProfile Everything() {
  RankingProfile profile = Signals();
  profile.grouping = Grouping{.attribute = "group"};
  profile.diversity = Diversity{0.7};
  return profile;
}

void RunRank(benchmark::State& state, const RankingProfile& profile) {
  const std::vector<Product> products = Products();
  std::vector<RankingCandidate> candidates;
  for (size_t i = 0; i < kCandidates; ++i) {
    const float similarity = 0.9f - 0.002f * static_cast<float>(i);
    candidates.push_back({products[i].id, similarity, &products[i].attributes, products[i].embedding});
  }
  const RankingOptions options = {.k = 10, .now = absl::FromUnixSeconds(1'710'000'000)};
  for (auto _ : state) benchmark::DoNotOptimize(Rank(candidates, profile, options));
}

BENCHMARK_CAPTURE(RunRank, by_similarity, RankingProfile());
BENCHMARK_CAPTURE(RunRank, signals_boost_freshness, Signals());
BENCHMARK_CAPTURE(RunRank, and_grouping_and_diversity, Everything());

}  // namespace
}  // namespace lookalike
