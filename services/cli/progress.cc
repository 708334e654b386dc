// SPDX-License-Identifier: Apache-2.0
#include "services/cli/progress.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace lookalike {
namespace {

constexpr size_t kBarWidth = 30;  // characters

std::string Bar(size_t done, size_t total) {
  const size_t filled = std::min(kBarWidth, done * kBarWidth / std::max<size_t>(total, 1));
  std::string bar(filled, '=');
  if (filled < kBarWidth) bar.push_back('>');
  bar.resize(kBarWidth, ' ');
  return bar;
}

}  // namespace

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(absl::Now()),
      shown_(start_) {}

void Progress::Advance(size_t steps) {
  done_ += steps;
  const absl::Duration interval = terminal_ ? absl::Milliseconds(100) : absl::Seconds(5);
  if (absl::Now() - shown_ >= interval) Show();
}

void Progress::Finish() {
  Show();
  if (terminal_) std::cerr << "\n";
}

absl::Duration Progress::Elapsed() const { return absl::Now() - start_; }

void Progress::Show() {
  shown_ = absl::Now();
  const double rate = static_cast<double>(done_) / std::max(absl::ToDoubleSeconds(Elapsed()), 1e-3);
  std::string line = absl::StrCat(what_, "  ");
  if (total_ > 0) absl::StrAppend(&line, "[", Bar(done_, total_), "]  ");
  absl::StrAppend(&line, done_);
  if (total_ > 0) absl::StrAppend(&line, "/", total_);
  absl::StrAppendFormat(&line, "  %.1f/s", rate);
  if (total_ > done_ && rate > 0) {
    absl::StrAppendFormat(&line, "  %.0fs left", static_cast<double>(total_ - done_) / rate);
  }
  std::cerr << (terminal_ ? "\r\033[K" : "") << line << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace lookalike
