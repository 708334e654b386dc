// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "absl/strings/str_cat.h"

#include "libs/catalog/record.h"
#include "libs/catalog/storage_database.h"

namespace lookalike {
namespace {

constexpr uint64_t kLastSequence = std::numeric_limits<uint64_t>::max();

// Of the first change after `sequence`.
std::string KeyAfter(uint32_t number, uint64_t sequence) {
  return sequence == kLastSequence ? EndOfCollection(number) : JournalKey(number, sequence + 1);
}

absl::StatusOr<JournalEntry> DecodeEntry(absl::string_view key, absl::string_view record) {
  const absl::StatusOr<uint64_t> sequence = SequenceOfJournalKey(key);
  if (!sequence.ok()) return sequence.status();
  JournalEntry entry;
  entry.sequence = *sequence;
  if (absl::Status status = DecodeChange(record, entry.id, entry.deleted); !status.ok()) return status;
  return entry;
}

}  // namespace

absl::Status Storage::ForEachChangeAfter(const StoredCollection& collection, uint64_t sequence,
                                         const std::function<bool(const JournalEntry&)>& visit) const {
  const std::string journal = absl::StrCat("the journal of ", Naming(collection));
  const std::string end = EndOfCollection(collection.number);
  const rocksdb::Slice upper_bound = end;
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_bound;
  const auto changes = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(options, database_->journal));
  for (changes->Seek(KeyAfter(collection.number, sequence)); changes->Valid(); changes->Next()) {
    const absl::StatusOr<JournalEntry> entry = DecodeEntry(ToView(changes->key()), ToView(changes->value()));
    if (!entry.ok()) return Located(entry.status(), journal);
    if (!visit(*entry)) return absl::OkStatus();
  }
  return ToStatus(changes->status(), absl::StrCat("reading ", journal));
}

absl::Status Storage::TrimJournal(const StoredCollection& collection, uint64_t through_sequence) {
  const rocksdb::Status status =
      database_->db->DeleteRange(rocksdb::WriteOptions(), database_->journal, JournalKey(collection.number, 0),
                                 KeyAfter(collection.number, through_sequence));
  return ToStatus(status, absl::StrCat("trimming the journal of ", Naming(collection)));
}

}  // namespace lookalike
