// SPDX-License-Identifier: Apache-2.0
#include "services/cli/eval/judgement_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class JudgementFileTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<Judgement>> Read(const std::string& text, const std::string& label_key = "label") {
    std::ofstream(folder_.File("queries.jsonl")) << text;
    return ReadJudgements(folder_.File("queries.jsonl"), label_key);
  }

  void ExpectRefused(const std::string& line, const std::string& message) {
    const auto read = Read("{\"id\":\"a\",\"label\":\"x\"}\n\n" + line + "\n");
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("line 3 " + message));
  }

  TemporaryFolder folder_;
};

TEST_F(JudgementFileTest, ReadsPicturesAndItemsWithLabelsAndLists) {
  const auto judgements = Read(
      "{\"image\":\"photos/1.jpg\",\"label\":\"boots\"}\n"
      "{\"id\":\"boot-17\",\"relevant\":[\"boot-18\",\"boot-40\"]}\n");
  ASSERT_TRUE(judgements.ok()) << judgements.status();
  ASSERT_THAT(*judgements, SizeIs(2));
  EXPECT_EQ((*judgements)[0].image, folder_.File("photos/1.jpg"));
  EXPECT_EQ((*judgements)[0].label, "boots");
  EXPECT_EQ((*judgements)[1].id, "boot-17");
  EXPECT_EQ((*judgements)[1].label, std::nullopt);
  EXPECT_THAT((*judgements)[1].relevant, ElementsAre("boot-18", "boot-40"));
}

TEST_F(JudgementFileTest, TakesAManifest) {
  const auto judgements =
      Read("{\"id\":\"a\",\"image\":\"a.jpg\",\"attributes\":{\"category\":\"boots\",\"new\":true}}\n", "category");
  ASSERT_TRUE(judgements.ok()) << judgements.status();
  EXPECT_EQ((*judgements)[0].id, "a");
  EXPECT_EQ((*judgements)[0].label, "boots");
  EXPECT_EQ((*Read("{\"id\":\"a\",\"attributes\":{\"new\":true}}\n", "new"))[0].label, "true");
}

TEST_F(JudgementFileTest, RefusesLinesThatSayNothing) {
  ExpectRefused("nonsense", "is not a JSON object");
  ExpectRefused("[]", "is not a JSON object");
  ExpectRefused("{\"label\":\"x\"}", "has neither \"image\" nor \"id\"");
  ExpectRefused("{\"id\":7,\"label\":\"x\"}", "\"id\" is not a string");
  ExpectRefused("{\"id\":\"a\"}", "needs one of \"relevant\" and the label \"label\"");
  ExpectRefused("{\"id\":\"a\",\"label\":\"x\",\"relevant\":[]}", "needs one of");
  ExpectRefused("{\"id\":\"a\",\"relevant\":\"b\"}", "\"relevant\" is not a list of ids");
  ExpectRefused("{\"id\":\"a\",\"relevant\":[1]}", "\"relevant\" is not a list of ids");
}

TEST_F(JudgementFileTest, RefusesFilesThatAreNotThereOrEmpty) {
  EXPECT_EQ(ReadJudgements("/no/such/file", "label").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read("\n \n").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
