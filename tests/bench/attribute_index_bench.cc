// SPDX-License-Identifier: Apache-2.0
// What filters cost on the attributes of 1,000,000 items, and what keeping them up to date does.
#include <random>
#include <string>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "libs/filter/attribute_index.h"

namespace lookalike {
namespace {

constexpr uint32_t kItems = 1'000'000;

// Six attributes: a value that a tenth of the items have, a long tail, one of its own, a number that hardly any two
// share, a bool and a list.
Attributes AttributesOf(uint32_t slot) {
  std::mt19937 random(slot);
  std::exponential_distribution<double> tail(0.01);
  return {
      {"brand", "brand" + std::to_string(static_cast<int>(tail(random)))},
      {"category", "category" + std::to_string(random() % 10)},
      {"in_stock", random() % 2 == 0},
      {"price", random() % 1'000'000 / 1000.0},
      {"sku", "sku" + std::to_string(slot)},
      {"tags", std::vector<std::string>{"tag" + std::to_string(random() % 20), "tag" + std::to_string(random() % 20)}}};
}

// malloc's own count includes what it rounds up to, as Bytes() does not.
size_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

struct Filled {
  Filled() {
    const size_t before = AllocatedBytes();
    for (uint32_t slot = 0; slot < kItems; ++slot) index.Add(slot, AttributesOf(slot));
    allocated_bytes = AllocatedBytes() - before;
  }

  AttributeIndex index;
  size_t allocated_bytes;
};

Filled& TheIndex() {
  static Filled filled;
  return filled;
}

void Select(benchmark::State& state, const std::string& text) {
  const AttributeIndex& index = TheIndex().index;
  const Filter filter = Filter::Parse(text).value();
  for (auto _ : state) benchmark::DoNotOptimize(index.Select(filter));
  state.counters["selected"] = static_cast<double>(index.Select(filter).count);
}

BENCHMARK_CAPTURE(Select, everything, "");
BENCHMARK_CAPTURE(Select, equal, R"(category = "category3")");
BENCHMARK_CAPTURE(Select, one_item, R"(sku = "sku4711")");
BENCHMARK_CAPTURE(Select, not_equal, R"(not category = "category3")");
BENCHMARK_CAPTURE(Select, equal_and_equal, R"(category = "category3" and in_stock = true)");
BENCHMARK_CAPTURE(Select, lower_half, "price < 500");
BENCHMARK_CAPTURE(Select, middle_half, "price >= 251.3 and price < 751.3");
BENCHMARK_CAPTURE(Select, upper_hundredth, "price >= 990");

// A new version of an item, as an upsert makes it.
void BM_RemoveAndAdd(benchmark::State& state) {
  AttributeIndex& index = TheIndex().index;
  std::mt19937 random(7);
  std::vector<std::pair<uint32_t, Attributes>> items;
  for (int i = 0; i < 10'000; ++i) {
    const uint32_t slot = random() % kItems;
    items.emplace_back(slot, AttributesOf(slot));
  }
  size_t next = 0;
  for (auto _ : state) {
    const auto& [slot, attributes] = items[next++ % items.size()];
    index.Remove(slot, attributes);
    index.Add(slot, attributes);
  }
}
BENCHMARK(BM_RemoveAndAdd);

void BM_Bytes(benchmark::State& state) {
  const Filled& filled = TheIndex();
  for (auto _ : state) benchmark::DoNotOptimize(filled.index.Bytes());
  state.counters["bytes_per_item"] = static_cast<double>(filled.index.Bytes()) / kItems;
  state.counters["allocated_per_item"] = static_cast<double>(filled.allocated_bytes) / kItems;
}
BENCHMARK(BM_Bytes);

}  // namespace
}  // namespace lookalike
