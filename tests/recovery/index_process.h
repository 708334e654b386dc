// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace lookalike {

// lookalike-index on a data directory and free ports of 127.0.0.1. Killed, if it still runs, when the object goes. To
// be started from the main thread.
class IndexProcess {
 public:
  // Returns at once. `kill_at` empty: no LOOKALIKE_KILL_AT.
  IndexProcess(const std::string& program, const std::string& data_directory, const std::vector<std::string>& flags,
               const std::string& kill_at);

  // Waits until it listens, and returns the address of gRPC; nothing where it ends instead.
  std::optional<std::string> WaitUntilListening();

  // The exit code, or 128 + the signal that ended it.
  int Kill();
  int Terminate();

  // What it has written to its log.
  std::string log() { return process_.errors(); }

 private:
  Process process_;
};

}  // namespace lookalike
