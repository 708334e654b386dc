// SPDX-License-Identifier: Apache-2.0
// Every bench runs through and says what scripts read of it. How fast anything is does not matter here.
#include <filesystem>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/files.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Ge;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;

class BenchTest : public testing::Test {
 protected:
  static Ended RunBench(const std::string& name, const Flags& flags) {
    Flags line = {"bench", name};
    line.insert(line.end(), flags.begin(), flags.end());
    return Lookalike(line);
  }

  // What a bench prints for programs, over few and short vectors.
  json Measure(const std::string& name, const Flags& flags = {}) const {
    Flags line = {"--synthetic", "3000", "--dim", "16", "--json"};
    line.insert(line.end(), flags.begin(), flags.end());
    const Ended ended = RunBench(name, line);
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    return json::parse(ended.output, /*cb=*/nullptr, /*allow_exceptions=*/false);
  }

  const TemporaryFolder folder_;
};

TEST_F(BenchTest, IndexComparesTwoCurves) {
  const json outcome = Measure("index", {"--repeats", "1"});
  EXPECT_EQ(outcome["baseline"]["name"], "hnswlib float32");
  EXPECT_EQ(outcome["lookalike"]["name"], "lookalike");
  EXPECT_EQ(outcome["lookalike"]["unreachable"], 0);
  for (const char* side : {"baseline", "lookalike"}) {
    ASSERT_THAT(outcome[side]["points"], SizeIs(Gt(5u))) << side;
    const json& last = outcome[side]["points"].back();
    EXPECT_EQ(last["ef"], 512);
    EXPECT_THAT(last["recall_at_10"].get<double>(), AllOf(Ge(0.9), Le(1))) << side;
    EXPECT_GT(last["us"].get<double>(), 0) << side;
    EXPECT_GT(outcome[side]["bytes_per_vector"].get<double>(), 16) << side;
  }
  EXPECT_TRUE(outcome["speedup_at_recall"].contains("0.95"));
  EXPECT_TRUE(outcome["speedup_at_recall"].contains("0.99"));
  EXPECT_GT(outcome["bytes_per_vector"].get<double>(), 16);
  EXPECT_GT(outcome["build_speedup"].get<double>(), 0);
}

TEST_F(BenchTest, FiltersReportEveryShapeAndShare) {
  const json outcome = Measure("filters", {"--repeats", "1", "--data-dir", folder_ / ""});
  ASSERT_THAT(outcome["cases"], SizeIs(4 * 8));  // 0.01 % of 3000 is nothing
  EXPECT_EQ(outcome["cases"][0]["filter"], "random");
  EXPECT_EQ(outcome["cases"][0]["selectivity"], 0.9);
  EXPECT_GT(outcome["cases"][0]["p99_ratio"].get<double>(), 0);
  EXPECT_THAT(outcome["worst_recall_at_10"].get<double>(), AllOf(Ge(0.5), Le(1)));
}

TEST_F(BenchTest, MixedComparesSearchesWithAndWithoutWrites) {
  const json outcome = Measure("mixed", {"--seconds", "0.3", "--rounds", "2", "--writes-per-second", "200"});
  ASSERT_THAT(outcome["rounds"], SizeIs(2));
  EXPECT_GT(outcome["rounds"][0]["read_only"]["calls"].get<int>(), 0);
  EXPECT_GT(outcome["rounds"][0]["mixed"]["calls"].get<int>(), 0);
  EXPECT_GT(outcome["writes_per_second"].get<double>(), 0);
  EXPECT_GT(outcome["p99_ratio"].get<double>(), 0);
}

TEST_F(BenchTest, WritesReportRatesOnDiskAndInTheGraph) {
  const json outcome = Measure("writes", {"--write-threads", "8"});
  EXPECT_EQ(outcome["writes"]["calls"], 3000);
  EXPECT_THAT(outcome["items_per_commit"].get<double>(), AllOf(Ge(1), Le(8)));
  EXPECT_GT(outcome["durable_per_second"].get<double>(), outcome["sustained_per_second"].get<double>());
  EXPECT_GT(outcome["baseline"]["per_second"].get<double>(), 0);
}

TEST_F(BenchTest, StartFindsWhatWasStored) {
  const json outcome = Measure("start", {"--repeats", "2"});
  EXPECT_EQ(outcome["items"], 3000);
  ASSERT_THAT(outcome["starts"], SizeIs(2));
  EXPECT_GT(outcome["first_answer_seconds"].get<double>(), 0);
  EXPECT_GT(outcome["peak_ratio"].get<double>(), 0);
}

TEST_F(BenchTest, EncoderComparesEngines) {
  const std::string model = folder_ / "model.pt";
  ASSERT_EQ(Lookalike({"model", "create", "--input-size", "32", "--output", model}).exit_code, 0);
  const Ended ended = RunBench("encoder", {"--model", model, "--repeats", "2", "--threads", "2", "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.errors;
  const json outcome = json::parse(ended.output, /*cb=*/nullptr, /*allow_exceptions=*/false);
  EXPECT_THAT(outcome["engine"].get<std::string>(), HasSubstr("-"));  // winograd-avx2, or why not
  for (const char* figure : {"torchscript_ms", "optimized_ms", "lookalike_ms", "speedup", "images_per_second",
                             "split_ms", "split_ratio", "concurrent_images_per_second", "concurrent_scaling"}) {
    EXPECT_GT(outcome[figure].get<double>(), 0) << figure;
  }
  EXPECT_LT(outcome["max_one_minus_cosine"].get<double>(), 1e-9);
}

TEST_F(BenchTest, EncoderSaysWhatIsWrongWithTheModel) {
  const Ended ended = RunBench("encoder", {"--model", folder_ / "none.pt"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors, HasSubstr("none.pt: no such file"));
}

TEST_F(BenchTest, ServingComparesTheServiceWithItsModel) {
  const Ended ended = RunBench("serving", {"--input-size", "32", "--seconds", "0.3", "--rounds", "1", "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.errors;
  const json outcome = json::parse(ended.output, /*cb=*/nullptr, /*allow_exceptions=*/false);
  EXPECT_GT(outcome["idle"]["served_us"].get<double>(), 0);
  EXPECT_GT(outcome["idle"]["first_over_median"].get<double>(), 0);
  EXPECT_GT(outcome["saturated"]["share"].get<double>(), 0);
  EXPECT_GT(outcome["overload"]["refused"].get<int>(), 0);
  EXPECT_EQ(outcome["overload"]["refused_with_delay"], outcome["overload"]["refused"]);
  EXPECT_EQ(outcome["overload"]["failed"], 0);
  EXPECT_GT(outcome["beside_bulk"]["bulk_per_second"].get<double>(), 0);
}

TEST_F(BenchTest, WithoutJsonItPrintsTables) {
  const Ended ended = RunBench("writes", {"--synthetic", "3000", "--dim", "16"});
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  EXPECT_THAT(ended.output, AllOf(HasSubstr("durable"), HasSubstr("in the graph"), HasSubstr("items a commit")));
}

TEST_F(BenchTest, SaysWhichFlagItWants) {
  const Ended no_vectors = RunBench("index", {});
  EXPECT_EQ(no_vectors.exit_code, 1);
  EXPECT_THAT(no_vectors.errors, HasSubstr("--base"));
  const Ended no_folder = RunBench("start", {"--synthetic", "10", "--data-dir", folder_ / "none"});
  EXPECT_EQ(no_folder.exit_code, 1);
  EXPECT_THAT(no_folder.errors, HasSubstr("--data-dir"));
}

TEST_F(BenchTest, SaysWhatIsWrongWithAFile) {
  WriteFile(folder_ / "base.f32", std::string(100, '\1'));
  const Ended ended = RunBench("index", {"--base", folder_ / "base.f32", "--dim", "16"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors, AllOf(HasSubstr("base.f32"), HasSubstr("--dim 16")));
}

TEST_F(BenchTest, LeavesNothingBehind) {
  Measure("writes", {"--data-dir", folder_ / ""});
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / ""));
}

}  // namespace
}  // namespace lookalike
