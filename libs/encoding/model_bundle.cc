// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/model_bundle.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

#include <caffe2/serialize/inline_container.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/digest/sha256.h"
#include "libs/encoding/torch_module.h"
#include "libs/file/published_file.h"

namespace lookalike {
namespace {

using ArchiveReader = caffe2::serialize::PyTorchStreamReader;

constexpr char kManifestFile[] = "lookalike.json";
constexpr char kExtraFolder[] = "extra/";  // where LibTorch keeps extra files in its archive
constexpr size_t kIdDigits = 16;           // 64 bits: no two of a billion models meet by chance

// LibTorch's messages go on with a stack trace for pages; the first line says it.
std::string FirstLine(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, std::min(text.find('\n'), size_t{300}));
}

// Whether a record of the archive has no say in what the model computes.
bool IsIncidental(const std::string& record) {
  return absl::StartsWith(record, kExtraFolder) || absl::EndsWith(record, ".debug_pkl") ||  // lines of the source
         record == ".data/serialization_id";  // newer PyTorch: a digest that covers the debug_pkl
}

std::string ReadRecord(ArchiveReader& archive, const std::string& name) {
  auto [bytes, size] = archive.getRecord(name);
  return std::string(static_cast<const char*>(bytes.get()), size);
}

// Over records, not over LibTorch's picture of the model: the same file then has the same id under every version.
std::string ModelId(ArchiveReader& archive, const ModelManifest& manifest) {
  std::vector<std::string> records = archive.getAllRecords();
  std::sort(records.begin(), records.end());
  Sha256 hash;
  const auto add = [&hash](absl::string_view part) {
    hash.Update(absl::StrCat(part.size(), ":"));  // so that no two lists of parts make the same stream
    hash.Update(part);
  };
  add(CanonicalModelFields(manifest));
  for (const std::string& record : records) {
    if (IsIncidental(record)) continue;
    add(record);
    add(ReadRecord(archive, record));
  }
  return absl::StrCat(manifest.name, "-", hash.HexDigest().substr(0, kIdDigits));
}

absl::StatusOr<ModelManifest> ReadManifest(ArchiveReader& archive) {
  const std::string record = absl::StrCat(kExtraFolder, kManifestFile);
  if (!archive.hasRecord(record)) {
    return absl::FailedPreconditionError(
        absl::StrCat("TorchScript, but without the manifest \"", kManifestFile,
                     "\" that says how its input is made: write a bundle with scripts/export_model.py --script FILE"));
  }
  return ManifestFromJson(ReadRecord(archive, record));
}

// Two pictures, so that a model that was traced for one at a time does not pass.
absl::Status Probe(const ModelManifest& manifest, torch::jit::Module module) {
  const int64_t side = manifest.preprocessing.input_size;
  const int64_t dimension = static_cast<int64_t>(manifest.dimension);
  const at::Tensor input = torch::linspace(-1, 1, 2 * 3 * side * side).reshape({2, 3, side, side});
  const c10::InferenceMode no_gradients;
  const c10::IValue output = module.forward({input});
  if (!output.isTensor()) {
    return absl::InvalidArgumentError(absl::StrCat("the model returns a ", output.tagKind(), ", not a tensor"));
  }
  if (output.toTensor().sizes() != at::IntArrayRef({2, dimension})) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model turns 2 pictures into a tensor of shape [", absl::StrJoin(output.toTensor().sizes(), ", "),
        "]; its manifest says dimension ", dimension, ": [2, ", dimension, "]"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ModelBundle> Load(const std::string& path) {
  std::string phase = "damaged, truncated or not TorchScript";
  try {
    ArchiveReader archive(path);
    // torch.save() writes the same archive without code.
    if (!archive.hasRecord("constants.pkl")) {
      return absl::InvalidArgumentError("a PyTorch file, but not TorchScript: save it with torch.jit.save()");
    }
    absl::StatusOr<ModelManifest> manifest = ReadManifest(archive);
    if (!manifest.ok()) return manifest.status();
    std::string model_id = ModelId(archive, *manifest);
    torch::jit::Module module = torch::jit::load(path, torch::kCPU);
    module.eval();
    phase = "the model cannot take its input";
    if (absl::Status status = Probe(*manifest, module); !status.ok()) return status;
    return ModelBundle{std::move(model_id), *std::move(manifest),
                       std::make_shared<const TorchModule>(TorchModule{std::move(module)})};
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(phase, ": ", FirstLine(error)));
  }
}

}  // namespace

absl::Status SaveModelBundle(const TorchModule& module, const ModelManifest& manifest, const std::string& path) {
  if (absl::Status status = ValidateManifest(manifest); !status.ok()) return status;
  std::ostringstream archive;
  try {
    module.module.save(archive, {{kManifestFile, ManifestToJson(manifest)}});
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("writing TorchScript: ", FirstLine(error)));
  }
  absl::StatusOr<std::unique_ptr<PublishedFile>> file = PublishedFile::Create(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = (*file)->Append(archive.str()); !status.ok()) return status;
  return (*file)->Publish();
}

absl::StatusOr<ModelBundle> LoadModelBundle(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status file = std::filesystem::status(path, error);
  if (!std::filesystem::exists(file)) return absl::NotFoundError(absl::StrCat("model file ", path, ": no such file"));
  if (!std::filesystem::is_regular_file(file)) {
    return absl::InvalidArgumentError(absl::StrCat("model file ", path, ": not a file"));
  }
  absl::StatusOr<ModelBundle> bundle = Load(path);
  if (bundle.ok()) return bundle;
  return absl::Status(bundle.status().code(), absl::StrCat("model file ", path, ": ", bundle.status().message()));
}

}  // namespace lookalike
