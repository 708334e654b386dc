// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/oracle.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lookalike {
namespace {

const char* OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kOpen:
      break;
  }
  return "open";
}

std::string TargetText(const Target& target) { return absl::StrCat(target.name, "#", target.incarnation); }

std::string ChangesText(const std::vector<Change>& changes) {
  return absl::StrJoin(changes, " ", [](std::string* out, const Change& change) {
    absl::StrAppend(out, change.id, "=", VersionText(change.version));
  });
}

// The ids of the changes that a later one of the same write does not undo, by position.
std::vector<size_t> LastOfEachId(const std::vector<Change>& changes) {
  std::set<std::string> seen;
  std::vector<size_t> last;
  for (size_t i = changes.size(); i-- > 0;) {
    if (seen.insert(changes[i].id).second) last.push_back(i);
  }
  return last;
}

// The write is not open any more, nor is one that was left open before this one began.
void Close(uint64_t ticket, uint64_t began_at, bool done, ExpectedItem& item) {
  std::erase_if(item.pending, [&](const PendingWrite& write) {
    return write.ticket == ticket || (done && write.answered_at != 0 && write.answered_at < began_at);
  });
}

void Acknowledge(const Written& written, ExpectedItem& item) {
  const Version loser = written.sequence > item.acknowledged.sequence
                            ? std::exchange(item.acknowledged, written).version
                            : written.version;
  if (loser != kAbsent) item.former = loser;
}

void LeaveOpen(uint64_t ticket, uint64_t now, ExpectedItem& item) {
  for (PendingWrite& write : item.pending) {
    if (write.ticket == ticket) write.answered_at = now;
  }
}

ExpectedCollection Settled(const ExpectedCollection& before, const ObservedCollection& observed) {
  ExpectedCollection after = before;
  after.life = Life::kAlive;
  after.centered = observed.centered;
  after.highest_sequence = std::max(before.highest_sequence, observed.sequence);
  after.writes_running = 0;
  for (auto& [id, item] : after.items) {
    item.pending.clear();
    const auto found = observed.items.find(id);
    const Written now = found != observed.items.end() ? found->second : Written{kAbsent, item.acknowledged.sequence};
    if (now.version == item.acknowledged.version) continue;
    if (item.acknowledged.version != kAbsent) item.former = item.acknowledged.version;
    item.acknowledged = now;
  }
  return after;
}

// The life of a collection that is meant; null where it is over and forgotten. `Collections` is an Expectation, const
// or not.
template <class Collections>
auto* Find(Collections& collections, const Target& target) {
  const auto found = collections.find(target.name);
  const bool same = found != collections.end() && found->second.incarnation == target.incarnation;
  return same ? &found->second : nullptr;
}

}  // namespace

void Oracle::StartJournal(const std::string& path) {
  MutexLock lock(mutex_);
  journal_.Open(path);
  for (const auto& [name, collection] : collections_) {
    journal_.Line(absl::StrCat("expect ", name, "#", collection.incarnation, " dimension ", collection.dimension,
                               " sequence ", collection.highest_sequence));
    for (const auto& [id, item] : collection.items) {
      journal_.Line(absl::StrCat("expect ", name, " ", id, "=", VersionText(item.acknowledged.version), " sequence ",
                                 item.acknowledged.sequence));
    }
  }
}

void Oracle::Note(const std::string& line) {
  MutexLock lock(mutex_);
  journal_.Line(line);
}

bool Oracle::BeginCreate(const std::string& name, uint32_t dimension) {
  MutexLock lock(mutex_);
  const auto before = collections_.find(name);
  if (before != collections_.end()) {
    if (before->second.life != Life::kDropped || before->second.writes_running > 0) return false;
    collections_.erase(before);
  }
  ExpectedCollection& made = collections_[name];
  made.name = name;
  made.dimension = dimension;
  made.incarnation = ++clock_;
  journal_.Line(absl::StrCat("create ", name, "#", made.incarnation, " dimension ", dimension));
  return true;
}

void Oracle::EndCreate(const std::string& name, Outcome outcome, bool centered) {
  MutexLock lock(mutex_);
  journal_.Line(absl::StrCat("create ", name, " ", OutcomeText(outcome)));
  if (outcome == Outcome::kOpen) return;
  collections_[name].life = outcome == Outcome::kDone ? Life::kAlive : Life::kDropped;
  collections_[name].centered = centered;
}

bool Oracle::BeginDrop(const Target& target) {
  MutexLock lock(mutex_);
  ExpectedCollection* collection = Find(collections_, target);
  if (collection == nullptr || collection->life != Life::kAlive) return false;
  collection->life = Life::kDropping;
  journal_.Line(absl::StrCat("drop ", TargetText(target)));
  return true;
}

void Oracle::EndDrop(const Target& target, Outcome outcome) {
  MutexLock lock(mutex_);
  journal_.Line(absl::StrCat("drop ", TargetText(target), " ", OutcomeText(outcome)));
  if (outcome != Outcome::kOpen)
    Find(collections_, target)->life = outcome == Outcome::kDone ? Life::kDropped : Life::kAlive;
}

uint64_t Oracle::BeginWrite(const Target& target, const std::vector<Change>& changes) {
  MutexLock lock(mutex_);
  ExpectedCollection* collection = Find(collections_, target);
  if (collection == nullptr || collection->life != Life::kAlive) return 0;
  const uint64_t ticket = ++clock_;
  for (const size_t i : LastOfEachId(changes)) {
    ExpectedItem& item = collection->items[changes[i].id];
    item.pending.push_back(
        {.ticket = ticket, .version = changes[i].version, .sequence_before = item.acknowledged.sequence});
  }
  ++collection->writes_running;
  running_[ticket] = {target, changes, ticket};
  journal_.Line(absl::StrCat("write ", ticket, " ", TargetText(target), " ", ChangesText(changes)));
  return ticket;
}

void Oracle::EndWrite(uint64_t ticket, const std::vector<Outcome>& outcomes, uint64_t sequence) {
  MutexLock lock(mutex_);
  const RunningWrite write = std::move(running_.extract(ticket).mapped());
  journal_.Line(absl::StrCat(
      "write ", ticket, " sequence ", sequence, " ",
      absl::StrJoin(outcomes, " ", [](std::string* out, Outcome o) { absl::StrAppend(out, OutcomeText(o)); })));
  ExpectedCollection* collection = Find(collections_, write.target);
  --collection->writes_running;
  const uint64_t now = ++clock_;
  uint64_t number = sequence - static_cast<uint64_t>(std::count(outcomes.begin(), outcomes.end(), Outcome::kDone));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ExpectedItem& item = collection->items[write.changes[i].id];
    if (outcomes[i] == Outcome::kOpen) {
      LeaveOpen(ticket, now, item);
      continue;
    }
    const bool done = outcomes[i] == Outcome::kDone;
    Close(ticket, write.began_at, done, item);
    if (!done) continue;
    Acknowledge({write.changes[i].version, ++number}, item);
    collection->highest_sequence = std::max(collection->highest_sequence, number);
  }
}

void Oracle::LoseWrite(uint64_t ticket) {
  MutexLock lock(mutex_);
  journal_.Line(absl::StrCat("write ", ticket, " lost"));
  const RunningWrite write = std::move(running_.extract(ticket).mapped());
  --Find(collections_, write.target)->writes_running;
}

std::vector<Target> Oracle::Alive() const {
  ReaderMutexLock lock(mutex_);
  std::vector<Target> alive;
  for (const auto& [name, collection] : collections_) {
    if (collection.life == Life::kAlive) alive.push_back({name, collection.dimension, collection.incarnation});
  }
  return alive;
}

bool Oracle::IsAlive(const Target& target) const {
  ReaderMutexLock lock(mutex_);
  const ExpectedCollection* collection = Find(collections_, target);
  return collection != nullptr && collection->life == Life::kAlive;
}

uint64_t Oracle::HighestSequence(const Target& target) const {
  ReaderMutexLock lock(mutex_);
  const ExpectedCollection* collection = Find(collections_, target);
  return collection == nullptr ? 0 : collection->highest_sequence;
}

std::vector<std::pair<std::string, ExpectedItem>> Oracle::Items(const Target& target, const std::string& first_id,
                                                                size_t limit) const {
  ReaderMutexLock lock(mutex_);
  std::vector<std::pair<std::string, ExpectedItem>> items;
  const ExpectedCollection* collection = Find(collections_, target);
  if (collection == nullptr) return items;
  for (auto it = collection->items.lower_bound(first_id); it != collection->items.end() && items.size() < limit; ++it) {
    items.emplace_back(*it);
  }
  return items;
}

ExpectedItem Oracle::Item(const Target& target, const std::string& id) const {
  const auto items = Items(target, id, 1);
  return items.empty() || items[0].first != id ? ExpectedItem{} : items[0].second;
}

Expectation Oracle::expectation() const {
  ReaderMutexLock lock(mutex_);
  return collections_;
}

void Oracle::Settle(const Observation& observation) {
  MutexLock lock(mutex_);
  Expectation settled;
  for (const auto& [name, observed] : observation) settled[name] = Settled(collections_.at(name), observed);
  collections_ = std::move(settled);
  running_.clear();
}

}  // namespace lookalike
