// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/encoding/model_manifest.h"

// One file that is all of a model: TorchScript (PyTorch's zip archive of code and weights), and in it, as the extra
// file "lookalike.json", the manifest. Any PyTorch can load it, and can write one: scripts/export_model.py.
//
// A TorchScript file is a program: load only what you would run.
namespace lookalike {

struct TorchModule;

struct ModelBundle {
  // "<name>-<16 hex digits>", the digits from a SHA-256 over all that decides on the embeddings: code, weights and the
  // manifest's CanonicalModelFields(). Not over times, file names, debugging information or descriptions: built twice
  // from the same inputs by the same LibTorch, a model keeps its id. A file that a disk has damaged may still load, as
  // LibTorch checks no checksums; it then has another id, and nothing that was made with the sound one accepts it.
  std::string model_id;
  ModelManifest manifest;
  std::shared_ptr<const TorchModule> module;  // on the CPU, as written
};

// Writes a bundle to `path`: a reader sees the old file or the whole new one, and after a power loss too.
// InvalidArgument for a manifest out of range; what the operating system says where writing fails.
absl::Status SaveModelBundle(const TorchModule& module, const ModelManifest& manifest, const std::string& path);

// Reads a bundle, and runs it once on two made-up pictures to see that it does what its manifest says.
//   NotFound            no such file
//   InvalidArgument     truncated, damaged, not TorchScript; a bad manifest; a model that cannot take its input, or
//                       whose output has another shape than [batch, dimension]
//   FailedPrecondition  TorchScript without a manifest; the message says how to make a bundle of it
absl::StatusOr<ModelBundle> LoadModelBundle(const std::string& path);

}  // namespace lookalike
