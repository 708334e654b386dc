// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_search.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/catalog/validation.h"
#include "libs/ranking/rank.h"

namespace lookalike {
namespace {

absl::Status ValidateQuery(const ProductQuery& query, const CollectionInfo& collection) {
  if (absl::Status status = ValidateCount("k", query.k, 1, kMaxResults); !status.ok()) return status;
  if (query.min_score && !(*query.min_score >= -1 && *query.min_score <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("min_score: must be -1 to 1, got ", *query.min_score));
  }
  // The write that is still awaited may bring the attribute; the store knows once it has come.
  if (collection.sequence < query.min_sequence) return absl::OkStatus();
  return query.filter.CheckAgainst(collection.schema);
}

// The item that a "more like this" leaves out, if any.
std::vector<std::string> ExcludedIds(const ProductQuery& query) {
  const auto* item = std::get_if<ItemReference>(&query.target);
  if (item == nullptr || item->include_itself) return {};
  return {item->id};
}

std::vector<ScoredItem> RankItems(std::vector<ScoredItem> found, const RankingOptions& options) {
  std::vector<Candidate> candidates;
  candidates.reserve(found.size());
  for (const ScoredItem& item : found) candidates.push_back({item.item.id, item.score});
  std::vector<ScoredItem> ranked;
  for (const size_t index : Rank(candidates, options)) ranked.push_back(std::move(found[index]));
  return ranked;
}

}  // namespace

absl::Status CheckEncoderModel(absl::string_view encoder_model, const CollectionSpec& collection) {
  if (encoder_model == collection.model_id) return absl::OkStatus();
  const std::string held = collection.model_id.empty()
                               ? "embeddings of the caller's own"
                               : absl::StrCat("embeddings of model \"", collection.model_id, "\"");
  return absl::FailedPreconditionError(absl::StrCat("model_id: collection \"", collection.name, "\" holds ", held,
                                                    "; the encoder runs model \"", encoder_model,
                                                    "\", whose embeddings cannot be compared with them"));
}

absl::StatusOr<ProductResults> ProductSearch::Search(absl::string_view collection, const ProductQuery& query,
                                                     absl::Time deadline, const CancellationCheck& is_cancelled) const {
  absl::StatusOr<CollectionInfo> info = store_->GetCollection(collection, deadline);
  if (!info.ok()) return info.status();
  if (absl::Status status = ValidateQuery(query, *info); !status.ok()) return status;
  absl::StatusOr<Embedding> embedding = Embed(*info, query, deadline, is_cancelled);
  if (!embedding.ok()) return embedding.status();

  const RankingOptions ranking = {.k = query.k, .min_score = query.min_score, .excluded_ids = ExcludedIds(query)};
  const StoreQuery store_query = {.embeddings = std::span<const Embedding>(&*embedding, 1),
                                  .model_id = info->spec.model_id,
                                  .k = query.k + ranking.excluded_ids.size(),
                                  .filter = query.filter,
                                  .min_score = query.min_score,
                                  .min_sequence = query.min_sequence};
  absl::StatusOr<std::vector<std::vector<ScoredItem>>> found = store_->Search(collection, store_query, deadline);
  if (!found.ok()) return found.status();
  return ProductResults{RankItems(std::move(found->front()), ranking), info->spec.model_id};
}

absl::StatusOr<Embedding> ProductSearch::Embed(const CollectionInfo& collection, const ProductQuery& query,
                                               absl::Time deadline, const CancellationCheck& is_cancelled) const {
  if (const auto* image = std::get_if<ImageInput>(&query.target)) {
    const EncodeOptions options = {.deadline = deadline, .lane = Lane::kInteractive, .is_cancelled = is_cancelled};
    return EmbedImage(collection.spec, *image, options);
  }
  if (const auto* item = std::get_if<ItemReference>(&query.target)) {
    return EmbeddingOfItem(collection.spec, item->id, query.min_sequence, deadline);
  }
  Embedding embedding = std::get<Embedding>(query.target);
  if (absl::Status status = Normalize(embedding); !status.ok()) return status;
  return embedding;
}

absl::StatusOr<Embedding> ProductSearch::EmbedImage(const CollectionSpec& collection, const ImageInput& image,
                                                    const EncodeOptions& options) const {
  absl::StatusOr<Encoded> encoded = encoder_->Encode(std::span<const ImageInput>(&image, 1), options);
  if (!encoded.ok()) return encoded.status();
  if (absl::Status status = CheckEncoderModel(encoded->model_id, collection); !status.ok()) return status;
  return std::move(encoded->embeddings.front());
}

absl::StatusOr<Embedding> ProductSearch::EmbeddingOfItem(const CollectionSpec& collection, const std::string& id,
                                                         uint64_t min_sequence, absl::Time deadline) const {
  const GetOptions options = {.with_embeddings = true, .min_sequence = min_sequence};
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> items =
      store_->Get(collection.name, std::span<const std::string>(&id, 1), options, deadline);
  if (!items.ok()) return items.status();
  if (!items->front().ok()) return items->front().status();
  return std::move((*items->front()).images.front().embedding);
}

}  // namespace lookalike
