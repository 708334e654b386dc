// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/contender.h"

#include <algorithm>
#include <exception>

#include "absl/strings/str_cat.h"

#include "libs/ann/hnsw_index.h"
#include "libs/ann/hnswlib_reference.h"
#include "libs/vector/code_kernels.h"
#include "services/cli/bench/process_memory.h"
#include "services/cli/bench/statistics.h"

namespace lookalike {
namespace {

// What a build takes, while it runs.
class BuildMeter {
 public:
  void AllLinked(BuildCost& cost) const {
    cost.seconds = stopwatch_.Seconds();
    cost.cpu_seconds = CpuSeconds() - cpu_start_;
  }
  void Settled(BuildCost& cost) const {
    cost.settled_seconds = stopwatch_.Seconds();
    cost.settled_cpu_seconds = CpuSeconds() - cpu_start_;
    cost.resident_bytes = ResidentBytes() - std::min(ResidentBytes(), resident_start_);
  }

 private:
  const size_t resident_start_ = ResidentBytes();
  const double cpu_start_ = CpuSeconds();
  const Stopwatch stopwatch_;
};

class HnswlibContender final : public Contender {
 public:
  explicit HnswlibContender(const GraphOptions& options) : options_(options) {}

  std::string name() const override { return "hnswlib float32"; }
  std::string vector_unit() const override { return HnswlibReference::VectorUnit(); }

  absl::Status Build(const VectorTable& base) override {
    const BuildMeter meter;
    try {
      index_ =
          HnswlibReference::Create(base.dimension(), base.size(), options_.M, options_.ef_construction, options_.seed);
      for (uint32_t i = 0; i < base.size(); ++i) index_->Add(i, base[i].data());
    } catch (const std::exception& error) {
      return absl::ResourceExhaustedError(absl::StrCat("hnswlib: ", error.what()));
    }
    meter.AllLinked(build_cost_);
    meter.Settled(build_cost_);
    return absl::OkStatus();
  }

  void SetEf(size_t ef) override { index_->SetEf(ef); }

  void Search(std::span<const float> query, std::span<uint32_t> results) override {
    std::fill(results.begin(), results.end(), kNone);
    index_->Search(query.data(), results.size(), results.data());
  }

 private:
  const GraphOptions options_;
  std::unique_ptr<HnswlibReference> index_;
};

class OwnContender final : public LookalikeContender {
 public:
  explicit OwnContender(const GraphOptions& options) : options_(options) {}

  std::string name() const override { return "lookalike"; }
  std::string vector_unit() const override { return BestCodeKernel().name; }

  absl::Status Build(const VectorTable& base) override {
    const BuildMeter meter;
    HnswIndex::Options options;
    options.dimension = base.dimension();
    options.M = options_.M;
    options.ef_construction = options_.ef_construction;
    options.seed = options_.seed;
    options.link_threads = 1;
    absl::StatusOr<std::unique_ptr<HnswIndex>> index = HnswIndex::Create(options);
    if (!index.ok()) return index.status();
    index_ = *std::move(index);
    for (uint32_t i = 0; i < base.size(); ++i) {
      if (absl::Status status = index_->Put(i, /*version=*/1, base[i]); !status.ok()) return status;
    }
    index_->WaitForBacklog(0, absl::InfiniteFuture());
    meter.AllLinked(build_cost_);
    index_->WaitUntilIdle(absl::InfiniteFuture());
    meter.Settled(build_cost_);
    build_cost_.accounted_bytes = index_->figures().bytes;
    return absl::OkStatus();
  }

  void SetEf(size_t ef) override { ef_ = ef; }

  void Search(std::span<const float> query, std::span<uint32_t> results) override {
    std::fill(results.begin(), results.end(), kNone);
    const auto found = index_->Search({.embedding = query, .k = results.size(), .ef = ef_});
    if (!found.ok()) return;  // counts as nothing found
    std::transform(found->begin(), found->end(), results.begin(), [](const Neighbor& n) { return n.slot; });
  }

  size_t CountUnreachable() override { return index_->AuditGraph(/*repair=*/false).unreachable.size(); }

 private:
  const GraphOptions options_;
  std::unique_ptr<HnswIndex> index_;
  size_t ef_ = 0;
};

}  // namespace

std::unique_ptr<Contender> MakeHnswlibContender(const GraphOptions& options) {
  return std::make_unique<HnswlibContender>(options);
}

std::unique_ptr<LookalikeContender> MakeLookalikeContender(const GraphOptions& options) {
  return std::make_unique<OwnContender>(options);
}

}  // namespace lookalike
