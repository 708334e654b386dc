// SPDX-License-Identifier: Apache-2.0
#include "services/cli/table.h"

#include <algorithm>

namespace lookalike {
namespace {

size_t Width(const std::string& text) {
  // Every byte of UTF-8 but the continuation bytes (10xxxxxx) begins a character.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string Table::ToString() const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows_[r].size() && i < widths.size(); ++i) {
      line += rows_[r][i] + std::string(widths[i] - Width(rows_[r][i]) + 2, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    if (r == 0) {
      for (size_t width : widths) text += std::string(width, '-') + "  ";
      text.resize(text.size() - 2);
      text += "\n";
    }
  }
  return text;
}

}  // namespace lookalike
