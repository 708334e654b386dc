// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/recovery/cycle_plan.h"
#include "tests/recovery/index_process.h"
#include "tests/recovery/oracle.h"
#include "tests/recovery/problem.h"

namespace lookalike {

// Runs lookalike-index through cycles of start, check, load and crash on one data directory, and holds it against the
// oracle after each start. To be used from the main thread.
class CrashHarness {
 public:
  struct Options {
    std::string program;  // the path of lookalike-index
    // Gets data/ (the data directory), before/ (its copy from before the last start), and for the last cycles a journal
    // and the server's log.
    std::filesystem::path folder;
    uint64_t seed = 1;
    uint64_t cycles = 60;
    // Of the searches for items by their own embedding, in one check or under one load, how many may miss: 0 to 1;
    // rounded up.
    double allowed_misses = 0;
    absl::Duration progress_interval = absl::Seconds(10);
  };

  explicit CrashHarness(Options options);

  // False where something was wrong; standard output then says what, and how to get there again.
  bool Run();

 private:
  struct Totals {
    uint64_t calls = 0;
    uint64_t damages = 0;
    uint64_t killed_starting = 0;
    uint64_t killed_at_points = 0;
    uint64_t clean_ends = 0;
    uint64_t own_searches = 0;
    uint64_t misses = 0;
  };

  void RunCycle();
  void FinalCheck();
  void KeepFiles();
  void Damage();
  void KillWhileStarting();
  // Starts the server and checks it. A kill point may be passed meanwhile: then once more, without it. `plan_.kill_at`
  // is empty afterwards if so.
  void StartAndCheck();
  // False where it died at its kill point.
  bool TryStartAndCheck();
  void LoadAndEnd();
  // Takes the server's log; its end was as it must be.
  void RequireEnd(int exit_code, bool clean);
  // Fails where there are faults, or more misses than allowed.
  void Require(const std::string& when, Problems problems, const OwnSearches& own_searches);
  void PrintProgress();
  std::string FileOfCycle(const std::string& ending, uint64_t cycle) const;

  const Options options_;
  const std::vector<ServerOption> server_options_;
  const std::string data_directory_;
  Oracle oracle_;
  uint64_t cycle_ = 0;
  Random random_;
  CyclePlan plan_;
  std::unique_ptr<IndexProcess> server_;
  std::string address_;
  Totals totals_;
  absl::Time next_progress_;
};

}  // namespace lookalike
