// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/batching/lane.h"
#include "libs/image/image.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// What a client may know of the model behind an encoder.
struct ModelInfo {
  std::string id;        // content-derived: two different models never share one
  std::string name;      // for people: "vgg16-gap"
  size_t dimension = 0;  // floats an embedding
  int input_size = 0;    // pixels, both sides
  std::string device;    // "cpu", "cuda:0"
  std::string weights;   // where they come from: "untrained", "starter", "imported"

  // What runs it: "winograd-avx512", "winograd-avx2", …, or "torchscript", on a CPU with the reason behind it.
  std::string engine;
};

// One picture to encode. Views of the caller's memory: they must outlive the call.
struct ImageInput {
  absl::string_view bytes;      // a JPEG, PNG, WebP, GIF, BMP or TIFF file
  std::optional<CropBox> crop;  // absent: the whole picture
};

struct Encoded {
  std::string model_id;  // of the model that made every one of the embeddings
  // One for each input, in their order: a normalised embedding of the model's dimension, or why there is none
  // (InvalidArgument: not a picture, over a limit, a bad crop box).
  std::vector<absl::StatusOr<Embedding>> embeddings;
};

// Says whether the one who waits for a call has gone away. Asked again and again while the call lasts, and never after
// it has returned, by several threads, one at a time: must be quick. Null: nobody goes away.
using CancellationCheck = std::function<bool()>;

// Who waits for a call, and how long.
struct EncodeOptions {
  absl::Time deadline = absl::InfiniteFuture();
  Lane lane = Lane::kInteractive;
  CancellationCheck is_cancelled = nullptr;
};

// Turns pictures into embeddings. Thread-safe; calls block.
class Encoder {
 public:
  virtual ~Encoder() = default;

  virtual absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) = 0;

  // One bad picture does not fail the others. An error of the whole call: ResourceExhausted (the lane is full; the
  // status says when to try again: libs/batching/retry_delay.h), DeadlineExceeded, Cancelled, Unavailable (shutting
  // down, or no encoder can be reached). A call that is over its deadline or cancelled costs no forward pass that has
  // not begun.
  virtual absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) = 0;
};

}  // namespace lookalike
