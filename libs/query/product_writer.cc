// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "libs/catalog/validation.h"
#include "libs/digest/sha256.h"
#include "libs/query/query_embeddings.h"

namespace lookalike {
namespace {

// The longest pause between two tries of bulk work at the encoder's full lane, whatever the encoder says: so often it
// is asked whether the caller still waits.
constexpr absl::Duration kLongestPause = absl::Milliseconds(500);
// How long it tries at all where its caller set no deadline: an encoder that is busy for longer is not merely busy.
constexpr absl::Duration kLongestWait = absl::Minutes(1);

}  // namespace

std::string ImageDigest(const ImageInput& image) {
  Sha256 hash;
  hash.Update(image.bytes);
  if (image.crop) {
    hash.Update(absl::StrCat("\ncrop ", image.crop->left, " ", image.crop->top, " ", image.crop->right, " ",
                             image.crop->bottom));
  }
  return hash.HexDigest();
}

absl::StatusOr<WriteResult> ProductWriter::Upsert(absl::string_view collection, std::span<const ProductUpdate> products,
                                                  WhenBusy when_busy, absl::Time deadline,
                                                  const CancellationCheck& is_cancelled) const {
  absl::StatusOr<CollectionInfo> info = store_->GetCollection(collection, deadline);
  if (!info.ok()) return info.status();
  std::vector<Draft> drafts(products.size());
  for (size_t i = 0; i < products.size(); ++i) {
    Draft& draft = drafts[i];
    draft.item.id = products[i].id;
    draft.item.attributes = products[i].attributes;
    // Before the model works on a picture that could not be kept under this id.
    draft.status = ValidateItemId(draft.item.id);
    if (const auto* image = std::get_if<ImageInput>(&products[i].source)) {
      draft.item.image_digest = ImageDigest(*image);
      draft.image = image;
    } else {
      draft.item.embedding = std::get<Embedding>(products[i].source);
    }
  }
  if (absl::Status status = ReuseWhatIsThere(collection, drafts, deadline); !status.ok()) return status;
  EncodeTheRest(info->spec, drafts, when_busy,
                {.deadline = deadline, .lane = Lane::kBulk, .is_cancelled = is_cancelled});
  return Store(info->spec, std::move(drafts), deadline);
}

absl::Status ProductWriter::ReuseWhatIsThere(absl::string_view collection, std::vector<Draft>& drafts,
                                             absl::Time deadline) const {
  std::vector<Draft*> with_image;
  std::vector<std::string> ids;
  for (Draft& draft : drafts) {
    if (draft.image == nullptr || !draft.status.ok()) continue;
    with_image.push_back(&draft);
    ids.push_back(draft.item.id);
  }
  if (ids.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> there =
      store_->Get(collection, ids, {.with_embeddings = true}, deadline);
  if (!there.ok()) return there.status();
  for (size_t i = 0; i < with_image.size(); ++i) {
    absl::StatusOr<Item>& old = (*there)[i];
    Draft& draft = *with_image[i];
    if (!old.ok() || old->image_digest != draft.item.image_digest) continue;
    draft.unchanged = old->attributes == draft.item.attributes;
    draft.item.sequence = old->sequence;
    draft.item.embedding = std::move(old->embedding);
    draft.image = nullptr;
  }
  return absl::OkStatus();
}

void ProductWriter::EncodeTheRest(const CollectionSpec& collection, std::vector<Draft>& drafts, WhenBusy when_busy,
                                  const EncodeOptions& options) const {
  std::vector<Draft*> to_encode;
  std::vector<ImageInput> images;
  for (Draft& draft : drafts) {
    if (draft.image == nullptr || !draft.status.ok()) continue;
    to_encode.push_back(&draft);
    images.push_back(*draft.image);
  }
  if (images.empty()) return;
  absl::StatusOr<Encoded> encoded = Encode(images, when_busy, options);
  const absl::Status status = encoded.ok() ? CheckEncoderModel(encoded->model_id, collection) : encoded.status();
  for (size_t i = 0; i < to_encode.size(); ++i) {
    to_encode[i]->status = status.ok() ? encoded->embeddings[i].status() : status;
    if (to_encode[i]->status.ok()) to_encode[i]->item.embedding = *std::move(encoded->embeddings[i]);
  }
}

absl::StatusOr<Encoded> ProductWriter::Encode(std::span<const ImageInput> images, WhenBusy when_busy,
                                              const EncodeOptions& options) const {
  const absl::Time give_up = std::min(options.deadline, absl::Now() + kLongestWait);
  while (true) {
    absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
    // Without a delay, trying again is of no use: the message is too large, for instance.
    const std::optional<absl::Duration> delay = RetryDelayOf(encoded.status());
    if (!delay.has_value() || when_busy == WhenBusy::kFail) return encoded;
    const absl::Duration pause = std::min(*delay, kLongestPause);
    if (absl::Now() + pause >= give_up) return encoded;
    absl::SleepFor(pause);
    if (options.is_cancelled && options.is_cancelled()) return absl::CancelledError("the caller waits no longer");
  }
}

absl::StatusOr<WriteResult> ProductWriter::Store(const CollectionSpec& collection, std::vector<Draft> drafts,
                                                 absl::Time deadline) const {
  WriteResult result;
  std::vector<size_t> written;  // the places of `items` in `drafts`
  std::vector<Item> items;
  for (size_t i = 0; i < drafts.size(); ++i) {
    result.items.push_back(drafts[i].status);
    if (drafts[i].unchanged) result.sequence = std::max(result.sequence, drafts[i].item.sequence);
    if (!drafts[i].status.ok() || drafts[i].unchanged) continue;
    written.push_back(i);
    items.push_back(std::move(drafts[i].item));
  }
  if (items.empty()) return result;
  absl::StatusOr<WriteResult> stored = store_->Upsert(collection.name, collection.model_id, std::move(items), deadline);
  if (!stored.ok()) return stored.status();
  for (size_t i = 0; i < written.size(); ++i) result.items[written[i]] = std::move(stored->items[i]);
  result.sequence = stored->sequence;
  return result;
}

}  // namespace lookalike
