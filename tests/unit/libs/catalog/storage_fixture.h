// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/catalog/storage.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {

// A store with one collection, "shoes", of four-dimensional embeddings.
class StorageFixture : public testing::Test {
 protected:
  void SetUp() override {
    Open();
    shoes_ = storage_->CreateCollection({"shoes", 4, "model-a"}).value();
  }

  void Open() {
    auto opened = Storage::Open(directory_, observer_);
    ASSERT_EQ(opened.status(), absl::OkStatus());
    storage_ = *std::move(opened);
  }
  void Reopen() {
    storage_.reset();
    Open();
  }

  static Item MakeItem(const std::string& id, float first = 1) {
    Item item;
    item.id = id;
    item.images = {{.embedding = {first, 0.5f, 0, 0}}};
    item.attributes = {{"first", static_cast<double>(first)}};
    return item;
  }

  absl::Status Put(const std::string& id, float first = 1) { return PutInto(shoes_, MakeItem(id, first)); }
  absl::Status PutInto(StoredCollection& collection, Item item) {
    item.sequence = ++collection.sequence;
    const std::vector<Storage::Change> changes = {&item};
    return storage_->Write(collection, changes, /*new_schema=*/false);
  }
  absl::Status Remove(const std::string& id) {
    const std::vector<Storage::Change> changes = {Storage::Deletion{id, ++shoes_.sequence}};
    return storage_->Write(shoes_, changes, /*new_schema=*/false);
  }

  // Of every item, as "id=first value of its embedding@sequence".
  std::vector<std::string> Items() { return ItemsOf(shoes_); }
  std::vector<std::string> ItemsOf(const StoredCollection& collection) {
    std::vector<std::string> items;
    const absl::Status status = storage_->ForEachItem(collection, "", /*with_embeddings=*/true, [&](Item item) {
      items.push_back(item.id + "=" + std::to_string(static_cast<int>(item.images[0].embedding[0])) + "@" +
                      std::to_string(item.sequence));
      return true;
    });
    EXPECT_EQ(status, absl::OkStatus());
    return items;
  }

  // Of every change after `sequence`, as "+id@sequence" or "-id@sequence".
  std::vector<std::string> ChangesAfter(uint64_t sequence) { return ChangesAfter(shoes_, sequence); }
  std::vector<std::string> ChangesAfter(const StoredCollection& collection, uint64_t sequence) {
    std::vector<std::string> changes;
    const absl::Status status =
        storage_->ForEachChangeAfter(collection, sequence, [&changes](const JournalEntry& entry) {
          changes.push_back((entry.deleted ? "-" : "+") + std::string(entry.id) + "@" + std::to_string(entry.sequence));
          return true;
        });
    EXPECT_EQ(status, absl::OkStatus());
    return changes;
  }

  const TemporaryFolder folder_;
  std::string directory_ = folder_.File("data");
  StorageObserver observer_;
  std::unique_ptr<Storage> storage_;
  StoredCollection shoes_;
};

}  // namespace lookalike
