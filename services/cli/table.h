// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace lookalike {

// Text in columns, for a terminal. Widths count characters of UTF-8, not bytes.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}

  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // The header, a line, and the rows; columns two spaces apart.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lookalike
