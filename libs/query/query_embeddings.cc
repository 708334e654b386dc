// SPDX-License-Identifier: Apache-2.0
#include "libs/query/query_embeddings.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace lookalike {

absl::Status CheckEncoderModel(absl::string_view encoder_model, const CollectionSpec& collection) {
  if (encoder_model == collection.model_id) return absl::OkStatus();
  const std::string held = collection.model_id.empty()
                               ? "embeddings of the caller's own"
                               : absl::StrCat("embeddings of model \"", collection.model_id, "\"");
  return absl::FailedPreconditionError(absl::StrCat("model_id: collection \"", collection.name, "\" holds ", held,
                                                    "; the encoder runs model \"", encoder_model,
                                                    "\", whose embeddings cannot be compared with them"));
}

absl::StatusOr<std::vector<Embedding>> QueryEmbeddings::Find(const CollectionSpec& collection,
                                                             const ProductQuery& query,
                                                             const EncodeOptions& options) const {
  std::vector<Embedding> embeddings(query.parts.size());
  for (size_t i = 0; i < query.parts.size(); ++i) {
    const auto* embedding = std::get_if<Embedding>(&query.parts[i].target);
    if (embedding == nullptr) continue;
    embeddings[i] = *embedding;
    if (absl::Status status = Normalize(embeddings[i]); !status.ok()) return status;
  }
  // Items first: one that is not there costs no pass of the model.
  if (absl::Status status = ReadItems(collection, query, options.deadline, embeddings); !status.ok()) return status;
  if (absl::Status status = EncodeImages(collection, query, options, embeddings); !status.ok()) return status;
  return embeddings;
}

absl::Status QueryEmbeddings::ReadItems(const CollectionSpec& collection, const ProductQuery& query,
                                        absl::Time deadline, std::vector<Embedding>& embeddings) const {
  std::vector<size_t> places;
  std::vector<std::string> ids;
  for (size_t i = 0; i < query.parts.size(); ++i) {
    const auto* item = std::get_if<ItemReference>(&query.parts[i].target);
    if (item == nullptr) continue;
    places.push_back(i);
    ids.push_back(item->id);
  }
  if (ids.empty()) return absl::OkStatus();
  const GetOptions options = {.with_embeddings = true, .min_sequence = query.min_sequence};
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> items = store_->Get(collection.name, ids, options, deadline);
  if (!items.ok()) return items.status();
  for (size_t i = 0; i < places.size(); ++i) {
    absl::StatusOr<Item>& item = (*items)[i];
    if (!item.ok()) return item.status();
    embeddings[places[i]] = std::move(item->images.front().embedding);
  }
  return absl::OkStatus();
}

absl::Status QueryEmbeddings::EncodeImages(const CollectionSpec& collection, const ProductQuery& query,
                                           const EncodeOptions& options, std::vector<Embedding>& embeddings) const {
  std::vector<size_t> places;
  std::vector<ImageInput> images;
  for (size_t i = 0; i < query.parts.size(); ++i) {
    const auto* image = std::get_if<ImageInput>(&query.parts[i].target);
    if (image == nullptr) continue;
    places.push_back(i);
    images.push_back(*image);
  }
  if (images.empty()) return absl::OkStatus();
  absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
  if (!encoded.ok()) return encoded.status();
  if (absl::Status status = CheckEncoderModel(encoded->model_id, collection); !status.ok()) return status;
  for (size_t i = 0; i < places.size(); ++i) {
    absl::StatusOr<Embedding>& embedding = encoded->embeddings[i];
    if (!embedding.ok()) return embedding.status();
    embeddings[places[i]] = *std::move(embedding);
  }
  return absl::OkStatus();
}

}  // namespace lookalike
