// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/write_load.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace lookalike {
namespace {

constexpr uint64_t kMostAtOnce = 100;  // writes of a call, where the rate cannot be kept
constexpr float kMove = 0.1f;          // towards another vector

}  // namespace

WriteLoad::WriteLoad(BenchCatalog& catalog, const VectorTable& base, size_t threads, double writes_per_second,
                     uint64_t seed)
    : catalog_(catalog),
      base_(base),
      writes_per_second_(writes_per_second / static_cast<double>(threads)),
      writers_(threads),
      next_id_(static_cast<uint32_t>(base.size())) {
  for (size_t i = 0; i < threads; ++i) writers_[i].random.seed(seed + i);
  for (uint32_t id = 0; id < base.size(); ++id) writers_[id % threads].live.push_back(id);
}

void WriteLoad::Start() {
  stopping_ = false;
  written_ = 0;
  started_ = Stopwatch();
  for (Writer& writer : writers_) threads_.emplace_back([this, &writer] { Run(writer); });
}

absl::StatusOr<double> WriteLoad::Stop() {
  const double seconds = started_.Seconds();
  const uint64_t written = written_;
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  MutexLock lock(mutex_);
  if (!status_.ok()) return status_;
  return static_cast<double>(written) / seconds;
}

void WriteLoad::Run(Writer& writer) {
  const Stopwatch stopwatch;
  uint64_t begun = 0;
  while (!stopping_) {
    const auto due = static_cast<uint64_t>(stopwatch.Seconds() * writes_per_second_);
    if (due <= begun) {
      absl::SleepFor(absl::Seconds(1 / writes_per_second_));
      continue;
    }
    const uint64_t count = std::min(due - begun, kMostAtOnce);
    begun += count;
    if (absl::Status status = Write(writer, count); !status.ok()) {
      MutexLock lock(mutex_);
      if (status_.ok()) status_ = status;
      return;
    }
    written_ += count;
  }
}

absl::Status WriteLoad::Write(Writer& writer, uint64_t count) {
  std::vector<Item> items;
  std::vector<std::string> deleted;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t turn = writer.writes++ % 4;
    if (turn == 2) writer.live.push_back(next_id_++);
    uint32_t& chosen = turn == 2 ? writer.live.back() : writer.live[writer.random() % writer.live.size()];
    if (turn != 3) {
      items.push_back(NewVersion(writer, chosen));
    } else {
      deleted.push_back(absl::StrCat(chosen));
      chosen = writer.live.back();
      writer.live.pop_back();
    }
  }
  if (!items.empty()) {
    if (auto written = catalog_.Upsert(std::move(items)); !written.ok()) return written.status();
  }
  if (!deleted.empty()) {
    if (auto written = catalog_.Delete(deleted); !written.ok()) return written.status();
  }
  return absl::OkStatus();
}

Item WriteLoad::NewVersion(Writer& writer, uint32_t id) const {
  Item item = MakeItem(id, base_[writer.random() % base_.size()]);
  const std::span<const float> other = base_[writer.random() % base_.size()];
  for (size_t i = 0; i < other.size(); ++i) item.images[0].embedding[i] += kMove * other[i];
  return item;  // the catalog normalises it
}

}  // namespace lookalike
