// SPDX-License-Identifier: Apache-2.0
// The snapshot of a collection: a file of checked blocks. docs/storage.md states every byte.
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/collection.h"
#include "libs/catalog/record.h"
#include "libs/file/kill_point.h"
#include "libs/file/published_file.h"

namespace lookalike {
namespace {

using nlohmann::json;

constexpr int kSnapshotVersion = 2;

// Block types. Those of the vector index begin at 0x100 (libs/ann).
constexpr uint32_t kHeader = 1;
constexpr uint32_t kMean = 2;
constexpr uint32_t kItems = 3;
constexpr uint32_t kEndOfItems = 4;

constexpr size_t kItemsBlockBytes = 1 << 20;  // about; an item is never torn
constexpr size_t kSlotsPerLock = 1024;        // that are copied while writers wait
constexpr size_t kMostHeaderBytes = 1 << 16;
constexpr size_t kMostItemsBlockBytes = 64 << 20;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the snapshot is damaged: ", what));
}

// An item in a block: how many slots it has, the lengths of id and record, then the three (all numbers 4 bytes,
// little-endian).
void AppendItem(std::span<const Slot> slots, const Item& item, std::string& block) {
  const std::string record = EncodeItem(item);
  const uint32_t lengths[] = {static_cast<uint32_t>(slots.size()), static_cast<uint32_t>(item.id.size()),
                              static_cast<uint32_t>(record.size())};
  block.append(reinterpret_cast<const char*>(lengths), sizeof(lengths));
  block.append(reinterpret_cast<const char*>(slots.data()), slots.size_bytes());
  block.append(item.id).append(record);
}

// Takes the first item off `rest`; nothing where its bytes are not all there.
struct ItemRecord {
  std::vector<Slot> slots;
  absl::string_view id;
  absl::string_view record;
};
std::optional<ItemRecord> TakeItem(absl::string_view& rest) {
  uint32_t lengths[3];
  if (rest.size() < sizeof(lengths)) return std::nullopt;
  std::memcpy(lengths, rest.data(), sizeof(lengths));
  rest.remove_prefix(sizeof(lengths));
  const auto [slots, id, record] = lengths;
  const size_t slot_bytes = slots * sizeof(Slot);
  if (slots > kMaxItemImages || rest.size() < slot_bytes + id + record) return std::nullopt;
  ItemRecord item;
  item.slots.resize(slots);
  std::memcpy(item.slots.data(), rest.data(), slot_bytes);
  item.id = rest.substr(slot_bytes, id);
  item.record = rest.substr(slot_bytes + id, record);
  rest.remove_prefix(slot_bytes + id + record);
  return item;
}

absl::StatusOr<std::string> ReadBlock(BlockReader& reader, uint32_t type, size_t at_most) {
  absl::StatusOr<std::optional<BlockHeader>> header = reader.Next();
  if (!header.ok()) return header.status();
  if (!header->has_value() || (*header)->type != type) return Damaged("a block is missing");
  return reader.ReadAll(at_most);
}

absl::Status MeanHasChanged() {
  return absl::FailedPreconditionError("the snapshot is of before the collection's mean changed");
}

// The sequence number that a snapshot covers.
absl::StatusOr<uint64_t> CheckHeader(const std::string& header, const std::string& store, uint32_t number,
                                     size_t dimension, uint64_t mean_items) {
  try {
    const json fields = json::parse(header);
    if (fields.at("version").get<int>() != kSnapshotVersion) {
      return absl::FailedPreconditionError("the snapshot is of another format version");
    }
    if (fields.at("store").get<std::string>() != store || fields.at("number").get<uint32_t>() != number ||
        fields.at("dimension").get<size_t>() != dimension) {
      return absl::FailedPreconditionError("the snapshot is of another store or collection");
    }
    if (fields.at("mean_items").get<uint64_t>() != mean_items) return MeanHasChanged();
    return fields.at("sequence").get<uint64_t>();
  } catch (const json::exception&) {
    return Damaged("its header");
  }
}

}  // namespace

std::string Collection::SnapshotPath() const {
  return absl::StrCat(options_.snapshot_directory, "/", number_, ".snapshot");
}

absl::Status Collection::SaveSnapshot() {
  uint64_t sequence = 0;
  uint64_t reshapings = 0;
  std::shared_ptr<Generation> generation;
  {
    ReaderMutexLock lock(state_mutex_);
    if (dropped_) return absl::OkStatus();
    sequence = stored_.sequence;
    reshapings = reshapings_;
    generation = generation_;
  }
  KillPoint("snapshot.begin");
  absl::StatusOr<std::unique_ptr<PublishedFile>> file = PublishedFile::Create(SnapshotPath());
  if (!file.ok()) return file.status();
  BlockWriter writer([&](absl::string_view bytes) { return (*file)->Append(bytes); });
  absl::Status status = WriteSnapshot(writer, sequence, *generation);
  if (status.ok()) status = writer.Finish();
  if (!status.ok()) return status;
  KillPoint("snapshot.before_publish");
  if (status = (*file)->Publish(); !status.ok()) return status;
  KillPoint("snapshot.after_publish");
  {
    MutexLock lock(state_mutex_);
    snapshot_sequence_ = sequence;
    snapshot_reshapings_ = reshapings;
    snapshot_time_ = absl::Now();
    snapshot_bytes_ = (*file)->size();
  }
  return storage_->TrimJournal(identity(), sequence);
}

// Writes go on meanwhile. What they change may be part of the snapshot or not: the journal after `sequence` has it, and
// bringing a change to what has it already does nothing.
absl::Status Collection::WriteSnapshot(BlockWriter& writer, uint64_t sequence, const Generation& generation) const {
  const absl::StatusOr<std::string> store = storage_->Identity();
  if (!store.ok()) return store.status();
  const json header = {{"version", kSnapshotVersion},  {"store", *store},      {"number", number_},
                       {"dimension", spec_.dimension}, {"sequence", sequence}, {"mean_items", generation.mean().items}};
  if (absl::Status status = writer.Write(kHeader, header.dump()); !status.ok()) return status;
  if (absl::Status status = writer.Write(kMean, EncodeEmbedding(generation.mean().mean)); !status.ok()) return status;
  if (absl::Status status = WriteItems(writer); !status.ok()) return status;
  return generation.index().Save(writer);
}

absl::Status Collection::WriteItems(BlockWriter& writer) const {
  std::string block;
  std::vector<std::pair<ItemDirectory::Slots, ItemDirectory::ItemPointer>> page;
  for (size_t begin = 0;; begin += kSlotsPerLock) {
    page.clear();
    {
      ReaderMutexLock lock(state_mutex_);
      if (begin >= items_.slots()) break;
      for (size_t slot = begin; slot < std::min(begin + kSlotsPerLock, items_.slots()); ++slot) {
        const ItemDirectory::Place& place = items_.At(static_cast<Slot>(slot));
        if (place.item != nullptr && place.image == 0) page.emplace_back(items_.SlotsOf(place.item->id), place.item);
      }
    }
    for (const auto& [slots, item] : page) AppendItem(slots, *item, block);
    if (block.size() < kItemsBlockBytes) continue;
    if (absl::Status status = writer.Write(kItems, block); !status.ok()) return status;
    block.clear();
  }
  if (absl::Status status = writer.Write(kItems, block); !status.ok()) return status;
  return writer.Write(kEndOfItems, "");
}

absl::StatusOr<uint64_t> Collection::ReadSnapshot(const StoredMean& mean) {
  absl::StatusOr<std::unique_ptr<BlockReader>> reader = BlockReader::Open(SnapshotPath());
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<uint64_t> sequence = ReadItems(**reader, mean);
  if (!sequence.ok()) return sequence.status();
  absl::StatusOr<std::unique_ptr<HnswIndex>> index =
      HnswIndex::Load(IndexOptions(), **reader, [this](Slot slot, uint64_t version) {
        state_mutex_.AssertHeld();
        const ItemDirectory::Place& place = items_.At(slot);
        return place.item != nullptr && place.item->images[place.image].sequence == version;
      });
  if (!index.ok()) return index.status();
  const absl::StatusOr<std::optional<BlockHeader>> end = (*reader)->Next();
  if (!end.ok()) return end.status();
  if (end->has_value()) return Damaged("it does not end where it should");
  generation_ = std::make_shared<Generation>(*std::move(index), mean);
  return sequence;
}

absl::StatusOr<uint64_t> Collection::ReadItems(BlockReader& reader, const StoredMean& mean) {
  const absl::StatusOr<std::string> header = ReadBlock(reader, kHeader, kMostHeaderBytes);
  if (!header.ok()) return header.status();
  const absl::StatusOr<std::string> mean_values = ReadBlock(reader, kMean, spec_.dimension * sizeof(float));
  if (!mean_values.ok()) return mean_values.status();
  const absl::StatusOr<std::string> store = storage_->Identity();
  if (!store.ok()) return store.status();
  const absl::StatusOr<uint64_t> sequence = CheckHeader(*header, *store, number_, spec_.dimension, mean.items);
  if (!sequence.ok()) return sequence.status();
  if (*mean_values != EncodeEmbedding(mean.mean)) return MeanHasChanged();
  while (true) {
    absl::StatusOr<std::optional<BlockHeader>> block = reader.Next();
    if (!block.ok()) return block.status();
    if (!block->has_value()) return Damaged("a block is missing");
    if ((*block)->type == kEndOfItems) break;
    const absl::StatusOr<std::string> bytes = reader.ReadAll(kMostItemsBlockBytes);
    if (!bytes.ok()) return bytes.status();
    for (absl::string_view rest = *bytes; !rest.empty();) {
      const std::optional<ItemRecord> record = TakeItem(rest);
      if (!record) return Damaged("an item is cut off");
      absl::StatusOr<Item> item = DecodeItem(record->id, record->record);
      if (!item.ok()) return item.status();
      if (record->slots.empty() || record->slots.size() != item->images.size()) return Damaged("an item's slots");
      items_.PlaceAt(record->slots, std::make_shared<const Item>(*std::move(item)));
    }
  }
  items_.FinishPlacing();
  return sequence;
}

}  // namespace lookalike
