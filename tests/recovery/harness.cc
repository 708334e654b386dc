// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/harness.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "tests/recovery/checker.h"
#include "tests/recovery/damage.h"
#include "tests/recovery/load.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kJournalsKept = 20;
constexpr size_t kProblemsPrinted = 20;
constexpr int kKilled = 128 + SIGKILL;

std::vector<ServerOption> OptionsOf(const std::string& program) {
  return KnownOptions(ServerOptions(), RunToEnd({program, "--help"}).output);
}

[[noreturn]] void Fail(const std::string& what, const Problems& problems = {}) {
  std::ostringstream text;
  text << what;
  std::map<Fault, int> counts;
  for (const Problem& problem : problems) ++counts[problem.fault];
  for (const auto& [fault, count] : counts) text << "\n  " << count << " x " << FaultName(fault);
  for (size_t i = 0; i < std::min(problems.size(), kProblemsPrinted); ++i) text << "\n  " << problems[i];
  if (problems.size() > kProblemsPrinted) text << "\n  and " << problems.size() - kProblemsPrinted << " more";
  throw std::runtime_error(text.str());
}

}  // namespace

CrashHarness::CrashHarness(Options options)
    : options_(std::move(options)),
      server_options_(OptionsOf(options_.program)),
      data_directory_(options_.folder / "data"),
      random_(options_.seed),
      next_progress_(absl::Now() + options_.progress_interval) {}

bool CrashHarness::Run() {
  try {
    for (cycle_ = 1; cycle_ <= options_.cycles; ++cycle_) {
      RunCycle();
      if (absl::Now() >= next_progress_) PrintProgress();
    }
    FinalCheck();
  } catch (const std::exception& failure) {
    oracle_.Note(absl::StrCat("failed: ", failure.what()));
    if (server_ != nullptr) {
      server_->Kill();
      std::ofstream(options_.folder / "last-server.log") << server_->log();
    }
    std::cout << "FAILED with --seed " << options_.seed << " in cycle " << cycle_ << ": " << PlanText(plan_) << "\n"
              << failure.what() << "\nkept: " << options_.folder.string() << std::endl;
    return false;
  }
  PrintProgress();
  return true;
}

void CrashHarness::RunCycle() {
  random_ = Random(MixSeeds({options_.seed, cycle_}));
  plan_ = MakePlan(server_options_, random_);
  KeepFiles();
  oracle_.Note(absl::StrCat("cycle ", cycle_, ": ", PlanText(plan_)));
  if (plan_.damage) Damage();
  if (plan_.kill_while_starting) KillWhileStarting();
  StartAndCheck();
  LoadAndEnd();
}

void CrashHarness::FinalCheck() {
  plan_ = {};
  for (int start = 0; start < 2; ++start) {
    StartAndCheck();
    RequireEnd(server_->Terminate(), /*clean=*/true);
  }
}

// What the last crash left is copied before a start changes it.
void CrashHarness::KeepFiles() {
  const fs::path copy = options_.folder / "before";
  fs::remove_all(copy);
  if (fs::exists(data_directory_)) fs::copy(data_directory_, copy, fs::copy_options::recursive);
  if (cycle_ > kJournalsKept) {
    for (const char* ending : {"journal", "log"}) fs::remove(FileOfCycle(ending, cycle_ - kJournalsKept));
  }
  oracle_.StartJournal(FileOfCycle("journal", cycle_));
}

void CrashHarness::Damage() {
  for (const std::string& did : DamageFolder(data_directory_ + "/snapshots", random_)) {
    oracle_.Note("damage: " + did);
    ++totals_.damages;
  }
}

void CrashHarness::KillWhileStarting() {
  server_ = std::make_unique<IndexProcess>(options_.program, data_directory_, plan_.flags, "");
  absl::SleepFor(plan_.starting_for);
  RequireEnd(server_->Kill(), /*clean=*/false);
  ++totals_.killed_starting;
}

void CrashHarness::StartAndCheck() {
  if (TryStartAndCheck()) return;
  oracle_.Note("died at its kill point before the load");
  ++totals_.killed_at_points;
  plan_.kill_at.clear();
  TryStartAndCheck();
}

bool CrashHarness::TryStartAndCheck() {
  server_ = std::make_unique<IndexProcess>(options_.program, data_directory_, plan_.flags, plan_.kill_at);
  const std::optional<std::string> address = server_->WaitUntilListening();
  const auto died_at_point = [&] {
    const int exit_code = server_->Kill();
    const bool expected = !plan_.kill_at.empty() && exit_code == kKilled;
    RequireEnd(exit_code, /*clean=*/false);
    return expected;
  };
  if (!address) {
    if (died_at_point()) return false;
    Fail("the server does not come up; its log ends:\n" + server_->log());
  }
  address_ = *address;
  IndexClient client(ConnectTo(address_));
  absl::StatusOr<CheckResult> result = CheckAll(client, oracle_.expectation(), MixSeeds({options_.seed, cycle_, 1}));
  if (!result.ok()) {
    if (died_at_point()) return false;
    Fail("the server went away while it was checked: " + result.status().ToString());
  }
  Require("after the start", result->problems, result->own_searches);
  oracle_.Settle(result->observation);
  oracle_.Note("checked and settled");
  return true;
}

void CrashHarness::LoadAndEnd() {
  Load load(address_, &oracle_, options_.seed, cycle_);
  const bool ended_early = load.WaitForEnd(plan_.load_for);
  const int exit_code = plan_.clean_end ? server_->Terminate() : server_->Kill();
  load.Stop();
  totals_.calls += load.calls();
  const bool may_die = !plan_.kill_at.empty() && exit_code == kKilled;
  RequireEnd(exit_code, plan_.clean_end && !may_die);
  Require("under load", load.problems(), load.own_searches());
  if (ended_early && !may_die) Fail(absl::StrCat("the server went away by itself, exit code ", exit_code));
  totals_.killed_at_points += ended_early;
  totals_.clean_ends += plan_.clean_end && !ended_early;
}

void CrashHarness::RequireEnd(int exit_code, bool clean) {
  std::ofstream(FileOfCycle("log", cycle_), std::ios::app)
      << server_->log() << "== ended with " << exit_code << std::endl;
  const int wanted = clean ? 0 : kKilled;
  if (exit_code != wanted) {
    Fail(absl::StrCat("the server ended with exit code ", exit_code, " instead of ", wanted, "; its log ends:\n",
                      server_->log()));
  }
}

void CrashHarness::Require(const std::string& when, Problems problems, const OwnSearches& own_searches) {
  totals_.own_searches += own_searches.count;
  totals_.misses += own_searches.misses.size();
  const double allowed = std::ceil(options_.allowed_misses * static_cast<double>(own_searches.count));
  if (static_cast<double>(own_searches.misses.size()) > allowed) {
    problems.insert(problems.end(), own_searches.misses.begin(), own_searches.misses.end());
  }
  if (!problems.empty()) Fail(absl::StrCat(problems.size(), " faults ", when, ":"), problems);
}

void CrashHarness::PrintProgress() {
  next_progress_ = absl::Now() + options_.progress_interval;
  uint64_t items = 0;
  const Expectation expectation = oracle_.expectation();
  for (const auto& [name, collection] : expectation) items += collection.items.size();
  std::cout << absl::StreamFormat(
                   "cycle %d of %d: %d calls; killed at a point %d, while starting %d; clean ends %d; damages %d; "
                   "missed %d of %d; now %d collections, %d ids",
                   std::min(cycle_, options_.cycles), options_.cycles, totals_.calls, totals_.killed_at_points,
                   totals_.killed_starting, totals_.clean_ends, totals_.damages, totals_.misses, totals_.own_searches,
                   expectation.size(), items)
            << std::endl;
}

std::string CrashHarness::FileOfCycle(const std::string& ending, uint64_t cycle) const {
  return options_.folder / absl::StrFormat("cycle-%06d.%s", cycle, ending);
}

}  // namespace lookalike
