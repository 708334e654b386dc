// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"

namespace lookalike {

// One view of a product: a picture (its bytes must outlive the write), or an embedding of the collection's model and
// dimension.
using ProductImage = std::variant<ImageInput, Embedding>;

// A product to add or to replace.
struct ProductUpdate {
  std::string id;
  std::vector<ProductImage> images;  // 1 to kMaxItemImages
  Attributes attributes = {};
  std::string group = {};  // as Item::group
  uint64_t version = 0;    // as Item::version
};

// What names the picture of an item: SHA-256, in hex, of the image file, and of the crop box where there is one. Two
// equal digests under one model mean equal embeddings.
std::string ImageDigest(const ImageInput& image);

// The pipeline of a write: embed what is new → keep. Pictures wait in the encoder's bulk lane, so that writing a
// catalog does not slow searches down. Stateless and thread-safe.
class ProductWriter {
 public:
  // What to do while the encoder's lane is full.
  enum class WhenBusy {
    kFail,  // answer ResourceExhausted at once: someone waits for this write
    kWait,  // try again when the encoder says, until the deadline, at most for a minute: bulk work
  };

  struct Options {
    // Pixels of the longer side of the small picture that is kept with each new one; 0: none is kept.
    int thumbnail_side = 256;
  };

  // Both must outlive the writer.
  ProductWriter(Encoder* encoder, CatalogStore* store) : ProductWriter(encoder, store, Options()) {}
  ProductWriter(Encoder* encoder, CatalogStore* store, const Options& options)
      : encoder_(encoder), store_(store), options_(options) {}

  // Writes each product, in one commit; each is judged by itself. A picture that the item has already, at whichever
  // place, is not encoded again, and a product that is already there as given is not written again: the result's
  // sequence number is then that of the write which brought it.
  // With each picture that is encoded a thumbnail is kept, where one can be made.
  // A product's own status: what is wrong with it, or, for a picture to encode, FailedPrecondition where the encoder's
  // model is not the collection's, and whatever else the encoder answers.
  // Where `is_cancelled` comes to be true while the encoder is awaited, what was to be encoded is not, and the rest is
  // written. Errors of the whole: NotFound: no such collection. Whatever else the store answers.
  absl::StatusOr<WriteResult> Upsert(absl::string_view collection, std::span<const ProductUpdate> products,
                                     WhenBusy when_busy, absl::Time deadline,
                                     const CancellationCheck& is_cancelled = nullptr) const;

 private:
  // A product on its way to the store.
  struct Draft {
    Item item;
    absl::Status status;      // why it will not be written
    bool unchanged = false;   // it is in the store as given
    bool superseded = false;  // it is in the store with as high a version
    // For each of the item's images the picture that is still to be encoded, or null.
    std::vector<const ImageInput*> pictures;

    bool HasPictures() const;
  };
  // A picture to be encoded, and whose it is.
  struct Picture {
    Draft* draft;
    size_t image;
    const ImageInput* input;
  };

  static Draft MakeDraft(const ProductUpdate& product);
  absl::Status ReuseWhatIsThere(absl::string_view collection, std::vector<Draft>& drafts, absl::Time deadline) const;
  static void Reuse(Item& old, Draft& draft);
  void EncodeTheRest(const CollectionSpec& collection, std::vector<Draft>& drafts, WhenBusy when_busy,
                     const EncodeOptions& options) const;
  void EncodeTogether(const CollectionSpec& collection, std::span<const Picture> pictures, WhenBusy when_busy,
                      const EncodeOptions& options) const;
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, WhenBusy when_busy,
                                 const EncodeOptions& options) const;
  std::string Thumbnail(const ImageInput& picture) const;
  absl::StatusOr<WriteResult> Store(const CollectionSpec& collection, std::vector<Draft> drafts,
                                    absl::Time deadline) const;

  Encoder* const encoder_;
  CatalogStore* const store_;
  const Options options_;
};

}  // namespace lookalike
