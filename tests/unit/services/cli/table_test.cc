// SPDX-License-Identifier: Apache-2.0
#include "services/cli/table.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"id", "score"});
  table.AddRow({"boots", "1"});
  table.AddRow({"x", "0.25"});
  EXPECT_EQ(table.ToString(),
            "id     score\n"
            "-----  -----\n"
            "boots  1\n"
            "x      0.25\n");
}

TEST(TableTest, CountsCharactersNotBytes) {
  Table table({"id", "n"});
  table.AddRow({"größe", "1"});
  table.AddRow({"12345", "2"});
  EXPECT_EQ(table.ToString(),
            "id     n\n"
            "-----  -\n"
            "größe  1\n"
            "12345  2\n");
}

}  // namespace
}  // namespace lookalike
