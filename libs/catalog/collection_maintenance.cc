// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/collection.h"
#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

// A mean of fewer says more about them than about what all have in common.
constexpr uint64_t kLeastItemsOfMean = 100;
// Items that a rebuild reads from disk at once.
constexpr Slot kSlotsAtOnce = 256;
// Those that are too old do not count any more: to look for them all is a matter of disk space.
constexpr absl::Duration kBetweenForgettings = absl::Hours(1);
// A backlog that searches do not notice.
constexpr size_t kFewRows = 256;
// How often long waits look whether the end has come.
constexpr absl::Duration kPatience = absl::Milliseconds(50);

absl::Status Stopped() { return absl::CancelledError("the collection is being closed"); }

bool HasGrownOutOf(uint64_t mean_items, uint64_t items) {
  if (items < kLeastItemsOfMean) return false;
  return mean_items == 0 || items >= 2 * mean_items || items <= mean_items / 2;
}

}  // namespace

absl::Status Collection::Maintain() {
  if (NeedsRebuild()) {
    if (absl::Status status = Rebuild(); !status.ok()) return status;
  }
  if (NeedsSnapshot()) {
    if (absl::Status status = SaveSnapshot(); !status.ok()) return status;
  }
  return ForgetDeletions();
}

absl::Status Collection::ForgetDeletions() {
  const absl::Time now = absl::Now();
  if (now - last_forgetting_ < kBetweenForgettings) return absl::OkStatus();
  last_forgetting_ = now;
  return storage_->ForgetDeletions(identity(), now - options_.deletion_memory);
}

HnswIndex::Options Collection::IndexOptions() const {
  HnswIndex::Options options = options_.index;
  options.dimension = spec_.dimension;
  return options;
}

bool Collection::HasUnsavedChanges() const {
  ReaderMutexLock lock(state_mutex_);
  return !dropped_ && (stored_.sequence != snapshot_sequence_ || reshapings_ != snapshot_reshapings_);
}

bool Collection::NeedsSnapshot() const {
  if (!HasUnsavedChanges()) return false;
  ReaderMutexLock lock(state_mutex_);
  return absl::Now() - std::max(snapshot_time_, loaded_) >= options_.snapshot_interval;
}

bool Collection::NeedsRebuild() const {
  size_t items = 0;
  size_t images = 0;
  bool idle = false;
  {
    ReaderMutexLock lock(state_mutex_);
    if (dropped_) return false;
    items = items_.size();
    images = items_.images();
    idle = absl::Now() - last_write_ >= options_.idle_time;
  }
  const std::shared_ptr<const Generation> generation = CurrentGeneration();
  if (spec_.centered && HasGrownOutOf(generation->mean().items, items)) return true;
  const size_t tombstones = generation->index().figures().tombstones;
  const double share = idle ? options_.idle_rebuild_share : options_.rebuild_share;
  return tombstones >= options_.least_tombstones &&
         static_cast<double>(tombstones) > share * static_cast<double>(images);
}

absl::StatusOr<StoredMean> Collection::MeanForRebuild() const {
  if (!spec_.centered) return StoredMean{};
  {
    ReaderMutexLock lock(state_mutex_);
    if (items_.size() < kLeastItemsOfMean) return generation_->mean();
  }
  return FitMean();
}

absl::StatusOr<StoredMean> Collection::FitMean() const {
  std::vector<double> sums(spec_.dimension);
  uint64_t items = 0;
  uint64_t images = 0;
  const absl::Status read = storage_->ForEachItem(identity(), "", /*with_embeddings=*/true, [&](const Item& item) {
    for (const ItemImage& image : item.images) {
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += image.embedding[i];
    }
    ++items;
    images += item.images.size();
    return !stopping_;
  });
  if (!read.ok()) return read;
  if (stopping_) return Stopped();
  StoredMean mean{Embedding(sums.size()), items};
  for (size_t i = 0; i < sums.size(); ++i) {
    mean.mean[i] = static_cast<float>(sums[i] / static_cast<double>(std::max<uint64_t>(1, images)));
  }
  return mean;
}

absl::Status Collection::Rebuild() {
  KillPoint("rebuild.begin");
  absl::StatusOr<StoredMean> mean = MeanForRebuild();
  if (!mean.ok()) return mean.status();
  absl::StatusOr<std::shared_ptr<Generation>> created = Generation::Create(IndexOptions(), *std::move(mean));
  if (!created.ok()) return created.status();
  const std::shared_ptr<Generation> next = *std::move(created);
  {
    MutexLock lock(state_mutex_);
    next_ = next;
  }
  std::shared_ptr<Generation> old;
  absl::Status status = CopyItemsTo(*next);
  // Not while a write is on its way from the disk to memory: what it replaces was not copied, because the disk has it
  // no longer, and the new index would be without the item for a moment.
  if (status.ok()) status = RunAlone([&] { return SwapIn(*next, old); });
  if (!status.ok()) {
    AbandonRebuild();
    return status;
  }
  MendGraph();
  // Freeing it takes a while: not the business of the last search that uses it.
  while (old.use_count() > 1) absl::SleepFor(kPatience);
  return absl::OkStatus();
}

// Puts `next`, which is next_ unless a write had no memory for it, in the place of generation_, which becomes `old`.
absl::Status Collection::SwapIn(const Generation& next, std::shared_ptr<Generation>& old) {
  {
    ReaderMutexLock lock(state_mutex_);
    if (dropped_) return Stopped();
    if (next_ == nullptr) return absl::ResourceExhaustedError("rebuild: not enough memory");
  }
  if (next.mean().items > 0) {
    if (absl::Status status = storage_->WriteMean(identity(), next.mean()); !status.ok()) return status;
  }
  KillPoint("rebuild.before_swap");
  {
    MutexLock lock(state_mutex_);
    old = std::exchange(generation_, std::exchange(next_, nullptr));
    ++rebuilds_;
    ++reshapings_;
  }
  KillPoint("rebuild.after_swap");
  return absl::OkStatus();
}

void Collection::MendGraph() {
  const HnswIndex::Audit audit = CurrentGeneration()->index().AuditGraph(/*repair=*/true);
  MutexLock lock(state_mutex_);
  unreachable_ = audit.unreachable.size() - audit.mended;
}

void Collection::AbandonRebuild() {
  MutexLock lock(state_mutex_);
  next_.reset();
}

// Everything that is written from now on goes to both; so what is there now is all that must be copied.
absl::Status Collection::CopyItemsTo(Generation& next) {
  Slot slots = 0;
  {
    ReaderMutexLock lock(state_mutex_);
    slots = static_cast<Slot>(items_.slots());
  }
  for (Slot begin = 0; begin < slots; begin += kSlotsAtOnce) {
    if (stopping_) return Stopped();
    if (absl::Status status = CopySlotsTo(next, begin, std::min(slots, begin + kSlotsAtOnce)); !status.ok()) {
      return status;
    }
  }
  // For the patrol too. But where writes go on that could take for ever: it comes after the swap then.
  for (uint64_t before = LastWrite(); !next.index().WaitUntilIdle(absl::Now() + kPatience);) {
    if (stopping_) return Stopped();
    const uint64_t now = LastWrite();
    if (now != before && HasCaughtUp(next)) break;
    before = now;
  }
  return absl::OkStatus();
}

uint64_t Collection::LastWrite() const {
  ReaderMutexLock lock(state_mutex_);
  return stored_.sequence;
}

// With the index in use, where writes come faster than they are linked.
bool Collection::HasCaughtUp(const Generation& next) const {
  const size_t backlog = std::max(kFewRows, CurrentGeneration()->index().backlog());
  return next.index().WaitForBacklog(backlog, absl::InfinitePast());
}

absl::Status Collection::CopySlotsTo(Generation& next, Slot begin, Slot end) {
  std::vector<std::string> ids;  // of the items whose first image is in these slots
  {
    ReaderMutexLock lock(state_mutex_);
    for (Slot slot = begin; slot < end; ++slot) {
      const ItemDirectory::Place& place = items_.At(slot);
      if (place.item != nullptr && place.image == 0) ids.push_back(place.item->id);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  const absl::StatusOr<std::vector<absl::StatusOr<Item>>> stored = storage_->Read(identity(), ids, true);
  if (!stored.ok()) return stored.status();
  for (const absl::StatusOr<Item>& item : *stored) {
    if (!item.ok()) continue;  // deleted meanwhile
    if (absl::Status status = CopyImagesTo(next, *item); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// What memory no longer, or not yet, has as the store gave it, the write that made the difference puts there.
absl::Status Collection::CopyImagesTo(Generation& next, const Item& stored) {
  // The lock keeps writers out: whoever writes these slots after it overwrites them.
  ReaderMutexLock lock(state_mutex_);
  for (const Slot slot : items_.SlotsOf(stored.id)) {
    const ItemDirectory::Place& place = items_.At(slot);
    if (place.image >= stored.images.size()) break;
    const ItemImage& image = stored.images[place.image];
    if (place.item->images[place.image].sequence != image.sequence) continue;
    if (absl::Status status = next.Put(slot, image.sequence, image.embedding); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace lookalike
