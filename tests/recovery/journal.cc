// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/journal.h"

#include <stdexcept>

namespace lookalike {

void Journal::Open(const std::string& path) {
  file_ = std::ofstream(path, std::ios::trunc);
  if (!file_) throw std::runtime_error("cannot write the journal " + path);
}

void Journal::Line(const std::string& line) {
  if (file_.is_open()) file_ << line << '\n';
}

}  // namespace lookalike
