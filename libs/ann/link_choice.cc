// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/link_choice.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "libs/vector/code_kernels.h"

// hnswlib's own vector code is for distances that are not used here.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

namespace lookalike {
namespace {

constexpr size_t kFirstCapacity = 256;

}  // namespace

// hnswlib's view of a row: its label, which is the row's number, stands for the embedding. The distance is 1 minus the
// similarity by the high bytes of the codes.
class LinkChoice::RowDistance final : public hnswlib::SpaceInterface<float> {
 public:
  explicit RowDistance(const RowTable& rows) : rows_(rows), kernel_(BestCodeKernel()) {}

  size_t get_data_size() override { return 0; }
  hnswlib::DISTFUNC<float> get_dist_func() override { return &Distance; }
  void* get_dist_func_param() override { return this; }

  float Similarity(Row a, Row b) const {
    const int32_t product =
        kernel_.dot(rows_.high(a), reinterpret_cast<const int8_t*>(rows_.high(b)), rows_.padded_dimension());
    const RowTable::Scaling &of_a = rows_.scaling(a), &of_b = rows_.scaling(b);
    return ApproximateSimilarity(of_a.scale, of_a.sum, of_b.scale, of_b.sum, product, rows_.dimension());
  }

 private:
  static Row RowAt(const void* label) {
    hnswlib::labeltype row;
    std::memcpy(&row, label, sizeof(row));
    return static_cast<Row>(row);
  }

  static float Distance(const void* label_a, const void* label_b, const void* self) {
    return 1 - static_cast<const RowDistance*>(self)->Similarity(RowAt(label_a), RowAt(label_b));
  }

  const RowTable& rows_;
  const CodeKernel& kernel_;
};

// An hnswlib index whose elements are the candidates of a choice.
class LinkChoice::Workbench {
 public:
  Workbench(RowDistance& distance, size_t capacity) : hnsw_(&distance, capacity, /*M=*/2) {
    // For additions and searches of hnswlib's own: 2.6 MB. The lists are a plain pointer in version 0.6, a unique_ptr
    // in 0.8.
    hnsw_.link_list_update_locks_ = std::vector<std::mutex>();
    auto& lists = hnsw_.visited_list_pool_;
    const std::unique_ptr<hnswlib::VisitedListPool> dropped(std::exchange(lists, nullptr));
  }

  size_t capacity() const { return hnsw_.max_elements_; }

  std::vector<Row> Choose(std::span<const Candidate> candidates, size_t most) {
    Queue queue;
    for (size_t i = 0; i < candidates.size(); ++i) {
      const auto element = static_cast<hnswlib::tableint>(i);
      hnsw_.setExternalLabel(element, candidates[i].row);
      queue.emplace(1 - candidates[i].similarity, element);
    }
    hnsw_.getNeighborsByHeuristic2(queue, most);
    std::vector<Row> chosen;
    chosen.reserve(queue.size());
    for (; !queue.empty(); queue.pop()) chosen.push_back(candidates[queue.top().second].row);
    return chosen;
  }

 private:
  using Distance = std::pair<float, hnswlib::tableint>;
  using Queue = std::priority_queue<Distance, std::vector<Distance>, hnswlib::HierarchicalNSW<float>::CompareByFirst>;

  hnswlib::HierarchicalNSW<float> hnsw_;
};

LinkChoice::LinkChoice(const RowTable& rows)
    : distance_(std::make_unique<RowDistance>(rows)),
      workbench_(std::make_unique<Workbench>(*distance_, kFirstCapacity)) {}

LinkChoice::~LinkChoice() = default;

std::vector<Row> LinkChoice::Choose(std::span<const Candidate> candidates, size_t most) {
  if (candidates.size() > workbench_->capacity()) {
    workbench_ = std::make_unique<Workbench>(*distance_, std::max(candidates.size(), 2 * workbench_->capacity()));
  }
  return workbench_->Choose(candidates, most);
}

float LinkChoice::Similarity(Row a, Row b) const { return distance_->Similarity(a, b); }

}  // namespace lookalike
