// SPDX-License-Identifier: Apache-2.0
#include "libs/telemetry/metrics.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricsTest, RendersEachKindWithHelpAndLabels) {
  Metrics metrics;
  metrics.AddCounter("lookalike_calls_total", "Calls answered.", {{"code", "OK"}}).Increment(3);
  const Gauge queue = metrics.AddGauge("lookalike_queue", "Waiting.");
  queue.Set(5);
  queue.Add(-1);
  metrics.AddHistogram("lookalike_seconds", "Time.", {0.1, 1}).Observe(0.5);
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# HELP lookalike_calls_total Calls answered.\n# TYPE lookalike_calls_total counter\n"
                              "lookalike_calls_total{code=\"OK\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("lookalike_queue 4\n"));
  EXPECT_THAT(text, HasSubstr("lookalike_seconds_bucket{le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("lookalike_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lookalike_seconds_sum 0.5\n"));
}

TEST(MetricsTest, GivesTheSameSeriesForTheSameNameAndLabels) {
  Metrics metrics;
  for (int i = 0; i < 2; ++i) {
    metrics.AddCounter("lookalike_calls_total", "Calls.", {{"code", "OK"}}).Increment();
    metrics.AddHistogram("lookalike_seconds", "Time.", LatencyBuckets()).Observe(1);
  }
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_calls_total{code=\"OK\"} 2\n"));
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_seconds_count 2\n"));
}

TEST(MetricsTest, AskedForTooManySeriesItCountsTheRestAsOther) {
  Metrics metrics;
  for (size_t i = 0; i < Metrics::kMaxSeriesPerName + 2; ++i) {
    metrics.AddCounter("lookalike_calls_total", "Calls.", {{"caller", absl::StrCat(i)}}).Increment();
  }
  metrics.AddCounter("lookalike_calls_total", "Calls.", {{"caller", "0"}}).Increment();
  EXPECT_THAT(metrics.Render(), HasSubstr("{caller=\"0\"} 2\n"));
  EXPECT_THAT(metrics.Render(), HasSubstr("{caller=\"other\"} 2\n"));
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("{caller=\"1000\"}")));
}

TEST(MetricsTest, ReadsCallbacksWhenRendered) {
  Metrics metrics;
  double items = 1;
  const auto registration =
      metrics.AddGaugeCallback("lookalike_items", "Items.", {{"collection", "shoes"}}, [&] { return items; });
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_items{collection=\"shoes\"} 1\n"));
  items = 2;
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_items{collection=\"shoes\"} 2\n"));
}

TEST(MetricsTest, ACallbackMayGiveSeveralSamplesAndShareItsName) {
  Metrics metrics;
  const auto one = metrics.AddGaugeCallback("lookalike_items", "Items.", [] {
    return std::vector<GaugeSample>{{{{"collection", "shoes"}}, 1}, {{{"collection", "bags"}}, 2}};
  });
  const auto two = metrics.AddGaugeCallback("lookalike_items", "Items.", {{"collection", "hats"}}, [] { return 3; });
  EXPECT_THAT(metrics.Render(), HasSubstr("# TYPE lookalike_items gauge\n"
                                          "lookalike_items{collection=\"shoes\"} 1\n"
                                          "lookalike_items{collection=\"bags\"} 2\n"
                                          "lookalike_items{collection=\"hats\"} 3\n"));
}

TEST(MetricsTest, LeavesOutSamplesBeyondTheLimit) {
  Metrics metrics;
  const auto registration = metrics.AddGaugeCallback("lookalike_items", "Items.", [] {
    std::vector<GaugeSample> samples;
    for (int i = 0; i < 1001; ++i) samples.push_back({{{"collection", absl::StrCat(i)}}, 1});
    return samples;
  });
  EXPECT_THAT(metrics.Render(), HasSubstr("collection=\"999\""));
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("collection=\"1000\"")));
}

TEST(MetricsTest, ACallbackEndsWithItsRegistration) {
  Metrics metrics;
  auto registration = metrics.AddGaugeCallback("lookalike_items", "Items.", {}, [] { return 1; });
  auto moved = std::move(registration);
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_items 1\n"));
  moved = GaugeCallbackRegistration();
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("lookalike_items")));
}

TEST(MetricsTest, CountsExactlyFromManyThreadsBesideRendering) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Counter calls = metrics.AddCounter("lookalike_calls_total", "Calls.");
      for (int j = 0; j < 1000; ++j) calls.Increment();
      const auto registration = metrics.AddGaugeCallback("lookalike_items", "Items.", {}, [] { return 1; });
      metrics.Render();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.Render(), HasSubstr("lookalike_calls_total 4000\n"));
}

TEST(MetricsDeathTest, EndsTheProcessOverAWrongDeclaration) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Metrics metrics;
  EXPECT_DEATH(metrics.AddCounter("calls_total", "Calls."), "name=calls_total");
  EXPECT_DEATH(metrics.AddCounter("lookalike_calls-total", "Calls."), "name=lookalike_calls-total");
  EXPECT_DEATH(metrics.AddCounter("lookalike_calls", "Calls.", {{"le", "1"}}), "label le");
  EXPECT_DEATH(metrics.AddHistogram("lookalike_seconds", "Time.", {1, 1}), "do not ascend");
  metrics.AddCounter("lookalike_calls_total", "Calls.");
  EXPECT_DEATH(metrics.AddGauge("lookalike_calls_total", "Calls."), "two kinds");
}

}  // namespace
}  // namespace lookalike
