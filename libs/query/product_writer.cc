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
#include "libs/image/thumbnail.h"
#include "libs/query/query_embeddings.h"

namespace lookalike {
namespace {

// The longest pause between two tries of bulk work at the encoder's full lane, whatever the encoder says: so often it
// is asked whether the caller still waits.
constexpr absl::Duration kLongestPause = absl::Milliseconds(500);
// How long it tries at all where its caller set no deadline: an encoder that is busy for longer is not merely busy.
constexpr absl::Duration kLongestWait = absl::Minutes(1);

// Pictures that travel to the encoder in one call, and their bytes, but for a single larger one: both have limits there
// (EncodeRequest.images, the size of a message).
constexpr size_t kPicturesPerCall = 32;
constexpr size_t kBytesPerCall = 32 << 20;

// What is wrong with a picture, with the place that it has among the product's.
absl::Status OfImage(size_t image, const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return status;  // of the encoder, not of the picture
  return absl::InvalidArgumentError(absl::StrCat("images[", image, "].", status.message()));
}

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
  std::vector<Draft> drafts;
  for (const ProductUpdate& product : products) drafts.push_back(MakeDraft(product));
  if (absl::Status status = ReuseWhatIsThere(collection, drafts, deadline); !status.ok()) return status;
  EncodeTheRest(info->spec, drafts, when_busy,
                {.deadline = deadline, .lane = Lane::kBulk, .is_cancelled = is_cancelled});
  return Store(info->spec, std::move(drafts), deadline);
}

ProductWriter::Draft ProductWriter::MakeDraft(const ProductUpdate& product) {
  Draft draft;
  draft.item.id = product.id;
  draft.item.attributes = product.attributes;
  draft.item.group = product.group;
  draft.item.version = product.version;
  for (const ProductImage& image : product.images) {
    const auto* picture = std::get_if<ImageInput>(&image);
    draft.pictures.push_back(picture);
    ItemImage& kept = draft.item.images.emplace_back();
    if (picture == nullptr) {
      kept.embedding = std::get<Embedding>(image);
    } else {
      kept.digest = ImageDigest(*picture);
    }
  }
  // Before the model works on pictures that could not be kept.
  draft.status = ValidateItemId(draft.item.id);
  draft.status.Update(ValidateCount("images", draft.item.images.size(), 1, kMaxItemImages));
  return draft;
}

bool ProductWriter::Draft::HasPictures() const {
  return std::any_of(pictures.begin(), pictures.end(), [](const ImageInput* picture) { return picture != nullptr; });
}

absl::Status ProductWriter::ReuseWhatIsThere(absl::string_view collection, std::vector<Draft>& drafts,
                                             absl::Time deadline) const {
  std::vector<Draft*> with_pictures;
  std::vector<std::string> ids;
  for (Draft& draft : drafts) {
    if (!draft.status.ok() || !draft.HasPictures()) continue;
    with_pictures.push_back(&draft);
    ids.push_back(draft.item.id);
  }
  if (ids.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> there =
      store_->Get(collection, ids, {.with_embeddings = true}, deadline);
  if (!there.ok()) return there.status();
  for (size_t i = 0; i < with_pictures.size(); ++i) {
    if ((*there)[i].ok()) Reuse(*(*there)[i], *with_pictures[i]);
  }
  return absl::OkStatus();
}

// Takes from the item, as it is in the store, the embeddings of pictures that it is to have again.
void ProductWriter::Reuse(Item& old, Draft& draft) {
  std::vector<ItemImage>& images = draft.item.images;
  const auto same_picture = [](const ItemImage& a, const ItemImage& b) {
    return !a.digest.empty() && a.digest == b.digest;
  };
  draft.superseded = draft.item.version != 0 && draft.item.version <= old.version;
  draft.unchanged = draft.item.version == 0 && old.attributes == draft.item.attributes &&
                    old.group == draft.item.group &&
                    std::equal(images.begin(), images.end(), old.images.begin(), old.images.end(), same_picture);
  draft.item.sequence = old.sequence;
  for (size_t i = 0; i < images.size(); ++i) {
    if (draft.pictures[i] == nullptr) continue;
    const auto known = std::find_if(old.images.begin(), old.images.end(),
                                    [&](const ItemImage& image) { return same_picture(images[i], image); });
    if (known == old.images.end()) continue;
    images[i].embedding = known->embedding;
    draft.pictures[i] = nullptr;
  }
}

void ProductWriter::EncodeTheRest(const CollectionSpec& collection, std::vector<Draft>& drafts, WhenBusy when_busy,
                                  const EncodeOptions& options) const {
  std::vector<Picture> pictures;
  size_t bytes = 0;
  const auto encode = [&] {
    if (!pictures.empty()) EncodeTogether(collection, pictures, when_busy, options);
    pictures.clear();
    bytes = 0;
  };
  for (Draft& draft : drafts) {
    for (size_t i = 0; i < draft.pictures.size() && draft.status.ok() && !draft.superseded; ++i) {
      const ImageInput* input = draft.pictures[i];
      if (input == nullptr) continue;
      if (pictures.size() == kPicturesPerCall || bytes + input->bytes.size() > kBytesPerCall) encode();
      pictures.push_back({&draft, i, input});
      bytes += input->bytes.size();
    }
  }
  encode();
}

void ProductWriter::EncodeTogether(const CollectionSpec& collection, std::span<const Picture> pictures,
                                   WhenBusy when_busy, const EncodeOptions& options) const {
  std::vector<ImageInput> inputs;
  for (const Picture& picture : pictures) inputs.push_back(*picture.input);
  absl::StatusOr<Encoded> encoded = Encode(inputs, when_busy, options);
  const absl::Status status = encoded.ok() ? CheckEncoderModel(encoded->model_id, collection) : encoded.status();
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto& [draft, image, input] = pictures[i];
    const absl::Status failure = status.ok() ? encoded->embeddings[i].status() : status;
    draft->status.Update(OfImage(image, failure));
    if (!failure.ok()) continue;
    draft->item.images[image].embedding = *std::move(encoded->embeddings[i]);
    draft->item.images[image].thumbnail = Thumbnail(*input);
  }
}

// Empty where none is wanted, or none can be made: a product can be found without.
std::string ProductWriter::Thumbnail(const ImageInput& picture) const {
  if (options_.thumbnail_side == 0) return "";
  const absl::StatusOr<std::string> jpeg = MakeThumbnail(picture.bytes, picture.crop, options_.thumbnail_side);
  return jpeg.ok() && jpeg->size() <= kMaxThumbnailBytes ? *jpeg : "";
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
    const bool is_there = drafts[i].unchanged || drafts[i].superseded;
    result.items.push_back(drafts[i].status);
    result.superseded.push_back(drafts[i].superseded);
    if (is_there) result.sequence = std::max(result.sequence, drafts[i].item.sequence);
    if (!drafts[i].status.ok() || is_there) continue;
    written.push_back(i);
    items.push_back(std::move(drafts[i].item));
  }
  if (items.empty()) return result;
  absl::StatusOr<WriteResult> stored = store_->Upsert(collection.name, collection.model_id, std::move(items), deadline);
  if (!stored.ok()) return stored.status();
  for (size_t i = 0; i < written.size(); ++i) {
    result.items[written[i]] = std::move(stored->items[i]);
    result.superseded[written[i]] = stored->superseded[i];
  }
  result.sequence = stored->sequence;
  return result;
}

}  // namespace lookalike
