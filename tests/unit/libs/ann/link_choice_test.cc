// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/link_choice.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LinkChoiceTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 64;

  Row Add(Embedding embedding) {
    embedding.resize(kDimension);
    const Slot slot = static_cast<Slot>(rows_.size());
    return rows_.Append(slot, 1, embedding);
  }

  std::vector<Candidate> Candidates(Row row, Row first, Row end) const {
    std::vector<Candidate> candidates;
    for (Row other = first; other < end; ++other) candidates.push_back({other, choice_.Similarity(other, row)});
    return candidates;
  }

  // As the paper says it, farthest first.
  std::vector<Row> Expected(std::vector<Candidate> candidates, size_t most) const {
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.similarity > b.similarity; });
    std::vector<Row> chosen;
    for (const Candidate& candidate : candidates) {
      const bool good = std::none_of(chosen.begin(), chosen.end(), [&](Row other) {
        return choice_.Similarity(other, candidate.row) > candidate.similarity;
      });
      if (good && chosen.size() < most) chosen.push_back(candidate.row);
    }
    std::reverse(chosen.begin(), chosen.end());
    return chosen;
  }

  RowTable rows_{kDimension};
  LinkChoice choice_{rows_};
};

TEST_F(LinkChoiceTest, ChoosesAsThePaperSays) {
  ClusteredVectors vectors(kDimension, 1);
  for (int i = 0; i < 700; ++i) Add(vectors.Draw());
  for (const Row end : {50u, 200u, 700u}) {
    for (const size_t most : {2u, 16u, 32u}) {
      SCOPED_TRACE(testing::Message() << most << " of " << end);
      const std::vector<Candidate> candidates = Candidates(0, 1, end);
      const std::vector<Row> chosen = choice_.Choose(candidates, most);
      EXPECT_EQ(chosen, Expected(candidates, most));
      EXPECT_LE(chosen.size(), most);
      EXPECT_GT(chosen.size(), 1u);
    }
  }
}

TEST_F(LinkChoiceTest, TakesAllWhereTheyAreFewer) {
  const Row row = Add(Embedding{1, 0});
  Add(Embedding{0.8f, 0.6f});
  Add(Embedding{0.6f, 0.8f});
  EXPECT_THAT(choice_.Choose(Candidates(row, 1, 3), 3), ElementsAre(2, 1));
  EXPECT_THAT(choice_.Choose(Candidates(row, 1, 3), 2), ElementsAre(1)) << "2 is nearer to 1 than to the row";
  EXPECT_THAT(choice_.Choose({}, 3), IsEmpty());
}

}  // namespace
}  // namespace lookalike
