// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"

namespace lookalike {

// "Pictures" are numbers separated by commas: "1,0" is a picture whose embedding is {1, 0}. Others are no pictures.
class FakeEncoder : public Encoder {
 public:
  absl::StatusOr<ModelInfo> GetModel(absl::Time) override {
    ModelInfo info;
    info.id = model_id;
    info.dimension = 2;
    return info;
  }

  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override {
    ++calls;
    last_options = options;
    if (!failures.empty()) {
      const absl::Status failure = failures.front();
      failures.pop_front();
      return failure;
    }
    Encoded encoded;
    encoded.model_id = model_id;
    for (const ImageInput& image : images) {
      ++pictures;
      encoded.embeddings.push_back(EncodeOne(std::string(image.bytes)));
    }
    return encoded;
  }

  std::string model_id = "model-a";
  std::deque<absl::Status> failures;  // of the next calls
  int calls = 0;
  int pictures = 0;
  EncodeOptions last_options;  // of the last call

 private:
  static absl::StatusOr<Embedding> EncodeOne(const std::string& bytes) {
    Embedding embedding;
    for (const std::string& part : std::vector<std::string>(absl::StrSplit(bytes, ','))) {
      float value;
      if (!absl::SimpleAtof(part, &value)) return absl::InvalidArgumentError("image: is not a picture");
      embedding.push_back(value);
    }
    if (absl::Status status = Normalize(embedding); !status.ok()) return status;
    return embedding;
  }
};

// One collection, "shoes", searched by looking at everything.
class FakeStore : public CatalogStore {
 public:
  absl::Status CreateCollection(const CollectionSpec&, absl::Time) override { return absl::UnimplementedError(""); }
  absl::Status DeleteCollection(absl::string_view, absl::Time) override { return absl::UnimplementedError(""); }
  absl::StatusOr<std::vector<CollectionInfo>> ListCollections(absl::Time) override {
    return std::vector<CollectionInfo>{info};
  }
  absl::StatusOr<ItemPage> List(absl::string_view, const ListQuery&, absl::Time) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<Facets> GetFacets(absl::string_view, const FacetQuery&, absl::Time) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<AuditReport> Audit(absl::string_view, bool, absl::Time) override {
    return absl::UnimplementedError("");
  }
  absl::Status Backup(const std::function<absl::Status(absl::string_view)>&, absl::Time) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<WriteResult> Delete(absl::string_view, std::span<const std::string>, absl::Time) override {
    return absl::UnimplementedError("");
  }

  absl::StatusOr<CollectionInfo> GetCollection(absl::string_view name, absl::Time) override {
    if (name != info.spec.name) return absl::NotFoundError("collection: there is no such collection");
    return info;
  }

  absl::StatusOr<WriteResult> Upsert(absl::string_view, absl::string_view, std::vector<Item> written,
                                     absl::Time) override {
    WriteResult result;
    for (Item& item : written) {
      ++writes;
      item.sequence = ++info.sequence;
      items[item.id] = item;
      result.items.push_back(absl::OkStatus());
    }
    result.sequence = info.sequence;
    return result;
  }

  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Get(absl::string_view, std::span<const std::string> ids,
                                                        const GetOptions& options, absl::Time) override {
    min_sequences.push_back(options.min_sequence);
    std::vector<absl::StatusOr<Item>> found;
    for (const std::string& id : ids) {
      const auto item = items.find(id);
      found.push_back(item == items.end() ? absl::StatusOr<Item>(absl::NotFoundError("id: there is no such item"))
                                          : item->second);
    }
    return found;
  }

  absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(absl::string_view, const StoreQuery& query,
                                                              absl::Time) override {
    min_sequences.push_back(query.min_sequence);
    std::vector<ScoredItem> found;
    for (const auto& [id, item] : items) {
      float score = 0;
      for (size_t i = 0; i < item.embedding.size(); ++i) score += item.embedding[i] * query.embeddings[0][i];
      if (query.filter.Matches(item.attributes)) found.push_back({item, score});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    if (found.size() > query.k) found.resize(query.k);
    return std::vector<std::vector<ScoredItem>>{found};
  }

  CollectionInfo info = {.spec = {"shoes", 2, "model-a"}, .schema = {{"color", AttributeType::kString}}};
  std::map<std::string, Item> items;
  int writes = 0;
  std::vector<uint64_t> min_sequences;  // of the reads so far
};

}  // namespace lookalike
