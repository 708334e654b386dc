// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/vectors.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "services/cli/bench/synthetic_vectors.h"
#include "services/cli/bench/vector_file.h"

namespace lookalike {
namespace {

constexpr size_t kMostQueries = 1000;  // made, or taken out of the base

BenchVectors Synthetic(const VectorFlags& flags) {
  SyntheticVectors vectors(flags.dimension, flags.seed);
  VectorTable base = vectors.Draw(flags.synthetic);
  return {.source = "synthetic", .base = std::move(base), .queries = vectors.Draw(kMostQueries)};
}

// Every so many-th vector becomes a query and leaves the base: a file's neighbours are often views of one product.
BenchVectors WithQueriesOfItsOwn(std::string source, const VectorTable& all) {
  BenchVectors split{
      .source = std::move(source), .base = VectorTable(all.dimension()), .queries = VectorTable(all.dimension())};
  const size_t queries = std::min(kMostQueries, std::max<size_t>(1, all.size() / 10));
  split.base.Reserve(all.size() - queries);
  for (size_t i = 0; i < all.size(); ++i) {
    const bool query = i * queries / all.size() != (i + 1) * queries / all.size();
    (query ? split.queries : split.base).Append(all[i]);
  }
  return split;
}

absl::StatusOr<BenchVectors> FromFiles(const VectorFlags& flags) {
  absl::StatusOr<VectorTable> base = ReadVectorFile(flags.base, flags.dimension, flags.limit);
  if (!base.ok()) return base.status();
  if (flags.queries.empty()) return WithQueriesOfItsOwn(flags.base, *base);
  absl::StatusOr<VectorTable> queries = ReadVectorFile(flags.queries, flags.dimension, 0);
  if (!queries.ok()) return queries.status();
  return BenchVectors{.source = flags.base, .base = *std::move(base), .queries = *std::move(queries)};
}

absl::Status CheckFlags(const VectorFlags& flags) {
  if (flags.base.empty() && flags.synthetic == 0) {
    return absl::InvalidArgumentError(
        "--base: names no file of float32 vectors (the embeddings of any model, for instance from `lookalike embed`); "
        "--synthetic N makes some");
  }
  if (!flags.base.empty() && flags.synthetic > 0) {
    return absl::InvalidArgumentError("--synthetic: makes vectors, and --base names a file of them; give one of both");
  }
  if (flags.base.empty() && !flags.queries.empty()) {
    return absl::InvalidArgumentError("--queries: names a file, and --base does not; --synthetic makes its queries");
  }
  return absl::OkStatus();
}

}  // namespace

void VectorFlags::AddTo(CLI::App& command) {
  command.add_option("--base", base,
                     "File of vectors to search among: float32, one after another, raw or as X.npy of "
                     "`lookalike embed`; they are normalised");
  command.add_option("--queries", queries,
                     "File of vectors to search for; otherwise up to 1000 are taken out of the base");
  command.add_option("--dim", dimension, "Values a vector")->capture_default_str()->check(CLI::Range(1, 4096));
  command.add_option("--limit", limit, "Use only so many vectors of --base; 0: all")->capture_default_str();
  command.add_option("--synthetic", synthetic, "Make so many clustered vectors, and 1000 queries, in place of --base");
  command.add_option("--seed", seed, "Of whatever is random")->capture_default_str();
}

absl::StatusOr<BenchVectors> LoadVectors(const VectorFlags& flags, size_t least) {
  if (absl::Status status = CheckFlags(flags); !status.ok()) return status;
  absl::StatusOr<BenchVectors> vectors = flags.base.empty() ? Synthetic(flags) : FromFiles(flags);
  if (!vectors.ok()) return vectors.status();
  if (vectors->base.size() < least) {
    return absl::InvalidArgumentError(absl::StrCat(flags.base.empty() ? "--synthetic" : "--base", ": ",
                                                   vectors->base.size(), " vectors; this bench takes ", least,
                                                   " or more"));
  }
  return vectors;
}

}  // namespace lookalike
