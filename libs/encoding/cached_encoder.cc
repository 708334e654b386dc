// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/cached_encoder.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"

#include "libs/digest/sha256.h"

namespace lookalike {
namespace {

// How often a call that waits for another asks whether somebody still waits for it.
constexpr absl::Duration kCancellationCheckInterval = absl::Milliseconds(5);

std::string NameOf(const ImageInput& image) {
  Sha256 digest;
  const CropBox crop = image.crop.value_or(CropBox{});  // the whole picture, which is what no box means
  char box[sizeof(CropBox)];
  std::memcpy(box, &crop, sizeof(box));
  digest.Update({box, sizeof(box)});
  digest.Update(image.bytes);
  return digest.HexDigest();
}

}  // namespace

struct CachedEncoder::Call {
  std::span<const ImageInput> images;
  std::vector<std::string> names;              // of the images
  std::vector<std::optional<Result>> results;  // of the images, where they are known

  struct Picture {
    size_t index;  // of the image
    std::shared_ptr<Flight> flight;
  };
  std::vector<Picture> own;     // to be encoded by this call
  std::vector<Picture> others;  // under way, in this call or in another
};

absl::StatusOr<Encoded> CachedEncoder::Encode(std::span<const ImageInput> images, const EncodeOptions& options) {
  if (images.empty()) return encoder_->Encode(images, options);
  Call call{.images = images, .names = {}, .results = {}, .own = {}, .others = {}};
  for (const ImageInput& image : images) call.names.push_back(NameOf(image));
  call.results.resize(images.size());
  const auto is_known = [](const std::optional<Result>& result) { return result.has_value(); };
  // A flight of another call can end without a result: then the next round encodes the picture here.
  do {
    Plan(call, options.lane);
    if (absl::Status status = EncodeOwn(call, options); !status.ok()) return status;
    if (absl::Status status = AwaitOthers(call, options); !status.ok()) return status;
  } while (!std::all_of(call.results.begin(), call.results.end(), is_known));
  Encoded encoded;
  for (std::optional<Result>& result : call.results) encoded.embeddings.push_back(*std::move(result));
  ReaderMutexLock lock(mutex_);
  encoded.model_id = model_id_;
  return encoded;
}

void CachedEncoder::Plan(Call& call, Lane lane) {
  call.own.clear();
  call.others.clear();
  MutexLock lock(mutex_);
  for (size_t i = 0; i < call.images.size(); ++i) {
    if (call.results[i].has_value()) continue;
    if (std::optional<Embedding> found = cache_.Find(call.names[i])) {
      call.results[i] = *std::move(found);
      ++hits_;
      continue;
    }
    std::shared_ptr<Flight>& flight = flights_[call.names[i]];
    if (flight != nullptr && (flight->lane == lane || flight->lane == Lane::kInteractive)) {
      call.others.push_back({i, flight});
      ++shared_;
      continue;
    }
    // In the place of one in the bulk lane, which its own call still ends.
    flight = std::make_shared<Flight>(Flight{.lane = lane, .landed = false, .result = std::nullopt});
    call.own.push_back({i, flight});
    ++misses_;
  }
}

absl::Status CachedEncoder::EncodeOwn(Call& call, const EncodeOptions& options) {
  if (call.own.empty()) return absl::OkStatus();
  std::vector<ImageInput> images;
  for (const Call::Picture& picture : call.own) images.push_back(call.images[picture.index]);
  absl::StatusOr<Encoded> encoded = absl::CancelledError("no result");
  // Whatever happens: others may wait.
  const absl::Cleanup land = [&] { Land(call, encoded); };
  encoded = encoder_->Encode(images, options);
  if (encoded.ok()) {
    for (size_t i = 0; i < call.own.size(); ++i) {
      const size_t index = call.own[i].index;
      call.results[index] = encoded->embeddings[i];
      if (encoded->embeddings[i].ok()) cache_.Put(call.names[index], *encoded->embeddings[i]);
    }
  }
  return encoded.status();
}

void CachedEncoder::Land(const Call& call, const absl::StatusOr<Encoded>& encoded) {
  MutexLock lock(mutex_);
  if (encoded.ok()) model_id_ = encoded->model_id;
  for (const Call::Picture& picture : call.own) {
    picture.flight->result = call.results[picture.index];
    picture.flight->landed = true;
    const auto flight = flights_.find(call.names[picture.index]);
    if (flight != flights_.end() && flight->second == picture.flight) flights_.erase(flight);
  }
  landed_.NotifyAll();
}

absl::Status CachedEncoder::AwaitOthers(Call& call, const EncodeOptions& options) {
  MutexLock lock(mutex_);
  for (const Call::Picture& picture : call.others) {
    while (!picture.flight->landed) {
      if (absl::Now() >= options.deadline) {
        return absl::DeadlineExceededError("the deadline passed while the same picture was encoded for another call");
      }
      if (options.is_cancelled && options.is_cancelled()) return absl::CancelledError("nobody waits any more");
      const absl::Time look_again = options.is_cancelled ? absl::Now() + kCancellationCheckInterval : options.deadline;
      landed_.WaitUntil(mutex_, std::min(look_again, options.deadline));
    }
    call.results[picture.index] = picture.flight->result;
  }
  return absl::OkStatus();
}

CachedEncoder::Figures CachedEncoder::figures() const {
  return {.hits = hits_, .shared = shared_, .misses = misses_, .entries = cache_.size(), .bytes = cache_.bytes()};
}

}  // namespace lookalike
