// SPDX-License-Identifier: Apache-2.0
// `lookalike embed`: a folder's embeddings as a NumPy array, without any server.
#include <bit>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "libs/telemetry/metrics.h"
#include "services/cli/command.h"
#include "services/cli/picture_folder.h"
#include "services/cli/progress.h"
#include "services/encoder/make_encoder.h"
#include "services/encoder/options.h"

namespace lookalike {
namespace {

static_assert(std::endian::native == std::endian::little, "the array is written as the processor holds it");

// Pictures of one call: enough for a batch on each of many cores, few enough to show progress.
constexpr size_t kGroup = 32;

struct EmbedOptions {
  EncoderOptions encoder;
  std::string folder;
  std::string output;
};

// The header of NumPy's .npy format, version 1.0, for float32 [rows, columns] in C order; its length with the magic is
// a multiple of 64 (numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
std::string NpyHeader(size_t rows, size_t columns) {
  std::string dictionary =
      absl::StrFormat("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns);
  constexpr size_t kPrefix = 10;  // magic, version, length
  dictionary.append(63 - (kPrefix + dictionary.size()) % 64, ' ');
  dictionary.push_back('\n');
  std::string header("\x93NUMPY\x01\x00", 8);
  header.push_back(static_cast<char>(dictionary.size() & 0xFF));
  header.push_back(static_cast<char>(dictionary.size() >> 8));
  return header + dictionary;
}

// Collects the rows of what could be encoded, and says on standard error what could not.
class Rows {
 public:
  void Add(const std::string& name, const absl::StatusOr<Embedding>& embedding) {
    if (!embedding.ok()) {
      ++failed_;
      std::cerr << name << ": " << embedding.status().message() << "\n";
      return;
    }
    columns_ = embedding->size();
    values_.append(reinterpret_cast<const char*>(embedding->data()), embedding->size() * sizeof(float));
    names_ += name + "\n";
    ++rows_;
  }

  absl::Status Write(const std::string& output) const {
    const std::string names_file = absl::StrCat(absl::StripSuffix(output, ".npy"), ".txt");
    if (absl::Status status = WriteFile(output, NpyHeader(rows_, columns_) + values_); !status.ok()) return status;
    if (absl::Status status = WriteFile(names_file, names_); !status.ok()) return status;
    std::cout << "wrote " << output << " (" << rows_ << " × " << columns_ << ") and " << names_file << "\n";
    if (failed_ > 0) return absl::InvalidArgumentError(absl::StrCat(failed_, " pictures could not be encoded"));
    return absl::OkStatus();
  }

 private:
  size_t rows_ = 0;
  size_t columns_ = 0;
  size_t failed_ = 0;
  std::string values_;
  std::string names_;
};

absl::Status EncodeGroup(Encoder& encoder, std::span<const PictureFile> group, Rows& rows) {
  std::vector<absl::StatusOr<std::string>> files;
  std::vector<ImageInput> images;
  for (const PictureFile& picture : group) files.push_back(ReadFile(picture.path));
  // A file that cannot be read goes in as no bytes, and is not a picture.
  for (const auto& file : files) {
    images.push_back({.bytes = file.ok() ? absl::string_view(*file) : absl::string_view(), .crop = {}});
  }
  const absl::StatusOr<Encoded> encoded = encoder.Encode(images, {.lane = Lane::kBulk});
  if (!encoded.ok()) return encoded.status();
  for (size_t i = 0; i < group.size(); ++i) {
    rows.Add(group[i].relative_path, files[i].ok() ? encoded->embeddings[i] : files[i].status());
  }
  return absl::OkStatus();
}

absl::Status Run(const EmbedOptions& options) {
  const absl::StatusOr<std::vector<PictureFile>> pictures = FindPictures(options.folder);
  if (!pictures.ok()) return pictures.status();
  Metrics metrics;
  absl::StatusOr<std::unique_ptr<Encoder>> encoder = MakeEncoder(options.encoder, &metrics);
  if (!encoder.ok()) return encoder.status();
  Rows rows;
  Progress progress("embedding", pictures->size());
  for (size_t done = 0; done < pictures->size(); done += kGroup) {
    const auto group = std::span(*pictures).subspan(done, std::min(kGroup, pictures->size() - done));
    if (absl::Status status = EncodeGroup(**encoder, group, rows); !status.ok()) return status;
    progress.Advance(group.size());
  }
  progress.Finish();
  return rows.Write(options.output);
}

}  // namespace

void AddEmbed(CLI::App& app, Command& chosen) {
  CLI::App& embed = *app.add_subcommand("embed", "Write the embeddings of a folder's pictures as a NumPy array");
  auto options = std::make_shared<EmbedOptions>();
  embed.add_option("--model", options->encoder.model, "Model bundle to run")->required();
  embed.add_option("folder", options->folder, "The pictures, in any depth")->required();
  embed
      .add_option("--output", options->output,
                  "File to write, X.npy: float32 [n, dimension], normalised, rows in the order of the sorted paths; "
                  "the paths go to X.txt")
      ->required();
  AddEncoderFlags(embed, options->encoder);
  AddEmbeddingCacheFlag(embed, options->encoder);
  embed.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
