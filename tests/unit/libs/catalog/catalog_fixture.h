// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "libs/catalog/catalog.h"

namespace lookalike {

// A catalog in a temporary directory with one collection, "shoes", of four-dimensional embeddings.
class CatalogFixture : public testing::Test {
 protected:
  static constexpr size_t kDimension = 4;
  static constexpr char kShoes[] = "shoes";
  static constexpr char kModel[] = "model-a";

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "lookalike-catalog-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    Open();
    ASSERT_EQ(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()), absl::OkStatus());
  }

  void TearDown() override {
    catalog_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open() {
    auto opened = Catalog::Open(OptionsOf(directory_));
    ASSERT_EQ(opened.status(), absl::OkStatus());
    catalog_ = *std::move(opened);
  }

  void Reopen() {
    catalog_.reset();
    Open();
  }

  static Catalog::Options OptionsOf(const std::filesystem::path& directory) {
    Catalog::Options options;
    options.data_directory = directory.string();
    return options;
  }

  static Item MakeItem(std::string id, Embedding embedding, Attributes attributes = {}) {
    Item item;
    item.id = std::move(id);
    item.images.emplace_back().embedding = std::move(embedding);
    item.attributes = std::move(attributes);
    return item;
  }

  // The outcome for the one item.
  absl::Status Put(Item item) { return PutAs(kModel, std::move(item)); }
  absl::Status PutAs(const std::string& model, Item item) {
    std::vector<Item> items;
    items.push_back(std::move(item));
    const auto result = catalog_->Upsert(kShoes, model, std::move(items), absl::InfiniteFuture());
    return result.ok() ? result->items.front() : result.status();
  }

  absl::Status Remove(const std::string& id) {
    const auto result = catalog_->Delete(kShoes, {{.id = id}}, absl::InfiniteFuture());
    return result.ok() ? result->items.front() : result.status();
  }

  absl::StatusOr<Item> GetItem(const std::string& id) {
    auto items = catalog_->Get(kShoes, std::vector<std::string>{id}, {.with_embeddings = true}, absl::InfiniteFuture());
    if (!items.ok()) return items.status();
    return std::move(items->front());
  }

  // `query` of any length but zero.
  absl::StatusOr<std::vector<ScoredItem>> Search(Embedding query, size_t k, const std::string& filter = "") {
    if (absl::Status status = Normalize(query); !status.ok()) return status;
    const absl::StatusOr<Filter> parsed = Filter::Parse(filter);
    if (!parsed.ok()) return parsed.status();
    StoreQuery store_query;
    store_query.embeddings = std::span<const Embedding>(&query, 1);
    store_query.k = k;
    store_query.filter = *parsed;
    auto results = catalog_->Search(kShoes, store_query, absl::InfiniteFuture());
    if (!results.ok()) return results.status();
    return std::move(results->front());
  }

  // Ids of the results, best first; "error: …" where the search failed.
  std::vector<std::string> Find(const Embedding& query, size_t k, const std::string& filter = "") {
    const auto results = Search(query, k, filter);
    if (!results.ok()) return {"error: " + std::string(results.status().message())};
    std::vector<std::string> ids;
    for (const ScoredItem& result : *results) ids.push_back(result.item.id);
    return ids;
  }

  // Every id of the collection, through pages of `limit`.
  std::vector<std::string> ListAll(size_t limit) {
    std::vector<std::string> ids;
    std::string cursor;
    do {
      const auto page = catalog_->List(kShoes, {.cursor = cursor, .limit = limit}, absl::InfiniteFuture());
      EXPECT_EQ(page.status(), absl::OkStatus());
      if (!page.ok()) break;
      for (const Item& item : page->items) ids.push_back(item.id);
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return ids;
  }

  CollectionInfo Info() { return catalog_->GetCollection(kShoes, absl::InfiniteFuture()).value(); }

  std::filesystem::path directory_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace lookalike
