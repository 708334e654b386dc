// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>

namespace lookalike {

// The oracle's diary on disk: a line for everything that begins or ends, appended as it happens. For people who study a
// failed run; nothing reads it back. Does nothing before Open(). Not thread-safe.
class Journal {
 public:
  // Closes the file before. Throws std::runtime_error where this one cannot be made.
  void Open(const std::string& path);
  void Line(const std::string& line);

 private:
  std::ofstream file_;
};

}  // namespace lookalike
