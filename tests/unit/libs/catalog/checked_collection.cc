// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/catalog/checked_collection.h"

#include <algorithm>
#include <utility>

#include "tests/unit/libs/catalog/data_files.h"

namespace lookalike {

Item RandomItems::Draw(const std::string& id) {
  Item item;
  item.id = id;
  item.attributes = filters_.Item();
  for (size_t images = 1 + Below(most_images_); item.images.size() < images;) {
    ItemImage& image = item.images.emplace_back();
    image.embedding = vectors_.Draw();
    if (Below(2) == 1) image.digest = std::string(64, static_cast<char>('a' + Below(6)));
  }
  return item;
}

std::vector<Item> RandomItems::Draw(size_t first, size_t count) {
  std::vector<Item> items;
  for (size_t i = first; i < first + count; ++i) items.push_back(Draw(std::to_string(i)));
  return items;
}

Collection::Options CheckedCollection::SmallGraph() {
  Collection::Options options;
  options.index = {.M = 8, .ef_construction = 64, .ef_search = 16, .exact_threshold = 50};
  return options;
}

CheckedCollection::CheckedCollection(const Collection::Options& options, bool centered)
    : directory_(folder_.File("data")), options_(options) {
  const CollectionSpec shoes{"shoes", RandomItems::kDimension, "", centered};
  Storage::Open(directory_.string()).value()->CreateCollection(shoes).value();
  Open();
}

void CheckedCollection::Open() {
  storage_ = Storage::Open(directory_.string()).value();
  options_.snapshot_directory = (directory_ / "snapshots").string();
  std::filesystem::create_directories(options_.snapshot_directory);
  Load();
}

void CheckedCollection::Load() { collection_ = Collection::Load(stored(), options_, storage_.get()).value(); }

void CheckedCollection::Close() {
  collection_.reset();
  storage_.reset();
}

void CheckedCollection::Reopen(const Collection::Options& options) {
  Close();
  options_ = options;
  Open();
}

void CheckedCollection::Reload() {
  collection_.reset();
  Load();
}

void CheckedCollection::Kill() {
  const std::filesystem::path copy = folder_.File("data" + std::to_string(++copies_));
  CopyOfOpenStore(directory_, copy);
  Close();
  std::filesystem::remove_all(directory_);
  directory_ = copy;
  Open();
}

std::filesystem::path CheckedCollection::snapshot() const { return directory_ / "snapshots" / "0.snapshot"; }

void CheckedCollection::Put(std::vector<Item> items) {
  for (Item item : items) {
    item.sequence = ++sequence_;
    expected_.Put(std::move(item));
  }
  const auto written = collection_->Upsert("", std::move(items), absl::InfiniteFuture());
  ASSERT_EQ(written.status(), absl::OkStatus());
  for (const absl::Status& status : written->items) EXPECT_EQ(status, absl::OkStatus());
  EXPECT_EQ(written->sequence, sequence_);
}

void CheckedCollection::Remove(const std::vector<std::string>& ids) {
  std::vector<ItemDeletion> deletions;
  for (const std::string& id : ids) deletions.push_back({.id = id});
  const auto written = collection_->Delete(std::move(deletions), absl::InfiniteFuture());
  ASSERT_EQ(written.status(), absl::OkStatus());
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool existed = expected_.Remove(ids[i]);
    sequence_ += existed ? 1 : 0;
    EXPECT_EQ(written->items[i].code(), existed ? absl::StatusCode::kOk : absl::StatusCode::kNotFound) << ids[i];
  }
  EXPECT_EQ(written->sequence, sequence_);
}

void CheckedCollection::Maintain() { EXPECT_EQ(collection_->Maintain(), absl::OkStatus()); }
void CheckedCollection::Rebuild() { EXPECT_EQ(collection_->Rebuild(), absl::OkStatus()); }
void CheckedCollection::SaveSnapshot() { EXPECT_EQ(collection_->SaveSnapshot(), absl::OkStatus()); }

std::vector<ScoredItem> CheckedCollection::Search(const CheckedQuery& query) {
  StoreQuery store_query;
  store_query.embeddings = std::span<const Embedding>(&query.embedding, 1);
  store_query.k = query.k;
  store_query.min_score = query.min_score;
  if (query.filter) store_query.filter = Filter::Parse(query.filter->text).value();
  auto answers = collection_->Search(store_query, absl::InfiniteFuture());
  EXPECT_EQ(answers.status(), absl::OkStatus());
  if (!answers.ok()) return {};
  std::vector<ScoredItem> answer = std::move(answers->front());
  const std::vector<ExpectedItems::Similar> ranked = expected_.Ranked(query);
  expected_.ExpectSound(query, ranked, answer);
  if (ranked.size() <= options_.index.exact_threshold) {
    ExpectedItems::ExpectExact(query, ranked, answer);
    return answer;
  }
  const size_t wanted = ExpectedItems::Wanted(query, ranked);
  wanted_ += wanted;
  for (size_t i = 0; i < wanted; ++i) {
    const std::string& id = ranked[i].item->id;
    found_ += std::any_of(answer.begin(), answer.end(), [&](const ScoredItem& found) { return found.item.id == id; });
  }
  return answer;
}

void CheckedCollection::ExpectStoredItems() {
  std::vector<std::string> ids;
  for (const auto& [id, item] : expected_.items()) ids.push_back(id);
  if (ids.empty()) return;
  const auto got = collection_->Get(ids, {.with_embeddings = true}, absl::InfiniteFuture());
  ASSERT_EQ(got.status(), absl::OkStatus());
  for (size_t i = 0; i < ids.size(); ++i) {
    ASSERT_EQ((*got)[i].status(), absl::OkStatus()) << ids[i];
    for (const ItemImage& image : (*got)[i]->images) EXPECT_FALSE(image.embedding.empty());
    expected_.ExpectItem(*(*got)[i]);
  }
  std::vector<std::string> listed;
  ListQuery query{.limit = 97};
  do {
    const auto page = collection_->List(query, absl::InfiniteFuture());
    ASSERT_EQ(page.status(), absl::OkStatus());
    for (const Item& item : page->items) {
      expected_.ExpectItem(item);
      listed.push_back(item.id);
    }
    query.cursor = page->next_cursor;
  } while (!query.cursor.empty());
  EXPECT_EQ(listed, ids);
}

void CheckedCollection::ExpectAgrees() {
  EXPECT_EQ(Info().items, expected_.items().size());
  EXPECT_EQ(Info().images, expected_.images());
  EXPECT_EQ(Info().sequence, sequence_);
  ExpectStoredItems();
  for (int i = 0; i < 5; ++i) Search({.embedding = random_.Vector()});
  // So many that none can be missing.
  Search({.embedding = random_.Vector(), .k = kMaxK});
}

void CheckedCollection::ExpectHealthy() {
  const auto report = collection_->Audit(/*repair=*/false, absl::InfiniteFuture());
  ASSERT_EQ(report.status(), absl::OkStatus());
  EXPECT_EQ(report->missing, 0u);
  EXPECT_EQ(report->phantom, 0u);
  EXPECT_EQ(report->unreachable, 0u);
  EXPECT_EQ(report->mended, 0u);
}

std::vector<std::string> CheckedCollection::Lost() {
  std::vector<std::string> lost;
  for (const auto& [id, item] : expected_.items()) {
    for (const ItemImage& image : item.images) {
      const std::vector<ScoredItem> near = Search({.embedding = image.embedding});
      const bool found =
          std::any_of(near.begin(), near.end(), [&id = id](const ScoredItem& one) { return one.item.id == id; });
      if (!found) lost.push_back(id);
    }
  }
  return lost;
}

void CheckedCollection::WaitForLinking() const {
  while (Info().backlog > 0) absl::SleepFor(absl::Milliseconds(1));
}

}  // namespace lookalike
