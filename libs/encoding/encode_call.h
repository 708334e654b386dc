// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

#include "libs/encoding/encoder.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// One Encode() of a LocalEncoder, shared by its caller, who waits, and the threads that work for it, who deliver. It
// outlives a caller that gives up: from then on it does not touch what belongs to the caller. Thread-safe.
class EncodeCall {
 public:
  struct PictureFile {
    std::string bytes;
    std::optional<CropBox> crop;
  };

  EncodeCall(std::span<const ImageInput> images, const EncodeOptions& options)
      : options_(options),
        images_(images),
        missing_(images.size()),
        results_(images.size(), absl::UnknownError("not encoded yet")) {}

  Lane lane() const { return options_.lane; }
  absl::Time deadline() const { return options_.deadline; }

  // Whether somebody still waits for it; asks whether it was cancelled.
  bool IsWanted();

  // A picture to be decoded; none where nobody waits for it. A copy, which costs little beside decoding, because a
  // caller whose time is over must not wait until the decoder has done with its bytes.
  std::optional<PictureFile> CopyPicture(size_t index);

  // What became of a picture; once for each.
  void Deliver(size_t index, absl::StatusOr<Embedding> result);

  // For the caller, once: waits for all results. DeadlineExceeded and Cancelled as soon as one is true; after that
  // nobody wants the call.
  absl::StatusOr<std::vector<absl::StatusOr<Embedding>>> Wait();

 private:
  bool CheckIsWanted() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const EncodeOptions options_;
  const std::span<const ImageInput> images_;  // the caller's: only while it waits

  Mutex mutex_;
  CondVar changed_;
  size_t missing_ ABSL_GUARDED_BY(mutex_);  // results
  std::vector<absl::StatusOr<Embedding>> results_ ABSL_GUARDED_BY(mutex_);
  absl::Status given_up_ ABSL_GUARDED_BY(mutex_);  // why nobody wants it; OK while somebody does
  bool returned_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace lookalike
