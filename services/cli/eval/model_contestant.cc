// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/encoding/encoder.h"
#include "libs/telemetry/metrics.h"
#include "libs/vector/dot.h"
#include "libs/vector/embedding.h"
#include "services/cli/eval/contestant.h"
#include "services/cli/picture_folder.h"
#include "services/cli/progress.h"
#include "services/encoder/make_encoder.h"

namespace lookalike {
namespace {

// Pictures of one call: enough for a batch on each of many cores, few enough to show progress.
constexpr size_t kGroup = 32;

absl::Status EncodeGroup(Encoder& encoder, std::span<const Judgement> group, std::vector<Embedding>& embeddings) {
  std::vector<std::string> files;
  std::vector<ImageInput> images;
  for (const Judgement& judgement : group) {
    if (judgement.image.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", judgement.id, "\" has no image; models need one"));
    }
    absl::StatusOr<std::string> file = ReadFile(judgement.image);
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  for (const std::string& file : files) images.push_back({.bytes = file, .crop = {}});
  absl::StatusOr<Encoded> encoded = encoder.Encode(images, {.lane = Lane::kBulk});
  if (!encoded.ok()) return encoded.status();
  for (size_t i = 0; i < group.size(); ++i) {
    absl::StatusOr<Embedding>& embedding = encoded->embeddings[i];
    if (!embedding.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(group[i].image.string(), ": ", embedding.status().message()));
    }
    embeddings.push_back(*std::move(embedding));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Embedding>> EmbedAll(const EncoderOptions& options, const std::vector<Judgement>& pictures) {
  Metrics metrics;
  absl::StatusOr<std::unique_ptr<Encoder>> encoder = MakeEncoder(options, &metrics);
  if (!encoder.ok()) return encoder.status();
  std::vector<Embedding> embeddings;
  Progress progress("embedding", pictures.size());
  for (size_t done = 0; done < pictures.size(); done += kGroup) {
    const auto group = std::span(pictures).subspan(done, std::min(kGroup, pictures.size() - done));
    if (absl::Status status = EncodeGroup(**encoder, group, embeddings); !status.ok()) return status;
    progress.Advance(group.size());
  }
  progress.Finish();
  return embeddings;
}

absl::Status Center(std::vector<Embedding>& embeddings) {
  std::vector<double> mean(embeddings.front().size());
  for (const Embedding& embedding : embeddings) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += embedding[i] / static_cast<double>(embeddings.size());
  }
  for (Embedding& embedding : embeddings) {
    for (size_t i = 0; i < mean.size(); ++i) embedding[i] -= static_cast<float>(mean[i]);
    if (absl::Status status = Normalize(embedding); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The others, the most similar first, equal ones by their number.
std::vector<size_t> Neighbors(const std::vector<Embedding>& embeddings, size_t query, size_t k) {
  std::vector<std::pair<float, size_t>> others;
  for (size_t i = 0; i < embeddings.size(); ++i) {
    if (i == query) continue;
    others.emplace_back(-Dot(embeddings[query].data(), embeddings[i].data(), embeddings[i].size()), i);
  }
  const auto end = others.begin() + static_cast<std::ptrdiff_t>(std::min(k, others.size()));
  std::partial_sort(others.begin(), end, others.end());
  std::vector<size_t> neighbors;
  for (auto other = others.begin(); other != end; ++other) neighbors.push_back(other->second);
  return neighbors;
}

JudgedResults Judge(const std::vector<Judgement>& judgements, const std::vector<Embedding>& embeddings, size_t k) {
  std::vector<std::string> ids;
  for (const Judgement& judgement : judgements) {
    ids.push_back(judgement.id.empty() ? absl::StrCat(ids.size() + 1) : judgement.id);
  }
  JudgedResults judged;
  for (size_t query = 0; query < judgements.size(); ++query) {
    const std::set<std::string> listed(judgements[query].relevant.begin(), judgements[query].relevant.end());
    const auto is_relevant = [&](size_t other) {
      return judgements[query].label ? judgements[other].label == judgements[query].label
                                     : listed.count(ids[other]) > 0;
    };
    JudgedAnswer& answer = judged.answers.emplace_back();
    std::vector<std::string>& results = judged.results.emplace_back();
    for (size_t other = 0; other < judgements.size(); ++other) {
      answer.relevant_in_all += other != query && is_relevant(other);
    }
    for (const size_t other : Neighbors(embeddings, query, k)) {
      answer.relevant.push_back(is_relevant(other));
      results.push_back(ids[other]);
    }
  }
  return judged;
}

}  // namespace

Contestant OfModel(const EncoderOptions& options, bool centered) {
  return {centered ? absl::StrCat(options.model, " (centred)") : options.model,
          [options, centered](const std::vector<Judgement>& judgements, size_t k) -> absl::StatusOr<JudgedResults> {
            absl::StatusOr<std::vector<Embedding>> embeddings = EmbedAll(options, judgements);
            if (!embeddings.ok()) return embeddings.status();
            if (absl::Status status = centered ? Center(*embeddings) : absl::OkStatus(); !status.ok()) return status;
            return Judge(judgements, *embeddings, k);
          }};
}

}  // namespace lookalike
