// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/linker.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "libs/vector/code_kernels.h"

// hnswlib's own vector code is for distances that are not used here.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

namespace lookalike {
namespace {

// hnswlib's view of a row: its label, which is the row's number, stands for the embedding. The distance is 1 minus the
// similarity by the high bytes of the codes.
class RowDistance final : public hnswlib::SpaceInterface<float> {
 public:
  explicit RowDistance(const RowTable& rows) : rows_(rows), kernel_(BestCodeKernel()) {}

  size_t get_data_size() override { return 0; }
  hnswlib::DISTFUNC<float> get_dist_func() override { return &Distance; }
  void* get_dist_func_param() override { return this; }

 private:
  static Row RowAt(const void* label) {
    hnswlib::labeltype row;
    std::memcpy(&row, label, sizeof(row));
    return static_cast<Row>(row);
  }

  static float Distance(const void* label_a, const void* label_b, const void* self) {
    const auto& [rows, kernel] = *static_cast<const RowDistance*>(self);
    const Row a = RowAt(label_a), b = RowAt(label_b);
    const int32_t product =
        kernel.dot(rows.high(a), reinterpret_cast<const int8_t*>(rows.high(b)), rows.padded_dimension());
    const RowTable::Scaling &of_a = rows.scaling(a), &of_b = rows.scaling(b);
    return 1 - ApproximateSimilarity(of_a.scale, of_a.sum, of_b.scale, of_b.sum, product, rows.dimension());
  }

  const RowTable& rows_;
  const CodeKernel& kernel_;
};

constexpr int kPatrolAttempts = 3;

// A level has 1/M of the rows of the level below. Drawn from the row's number, not from a generator's state: tried
// again, a row gets the same level, and threads that link at once do not disturb each other's.
int DrawLevel(uint64_t seed, Row row, double mult) {
  uint64_t bits = seed + (row + uint64_t{1}) * 0x9E3779B97F4A7C15;  // SplitMix64 (Steele et al., 2014)
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  bits ^= bits >> 31;
  const double uniform = (static_cast<double>(bits >> 11) + 1) / 9007199254740993.0;  // 0 to 1, both excluded
  return static_cast<int>(-std::log(uniform) * mult);
}

}  // namespace

// hnswlib's graph, driven from outside: an element is a row, and all of an addition but the choice of links and their
// connecting is done here, because hnswlib would do it with searches of its own.
class Linker::Lists {
 public:
  Lists(const RowTable& rows, size_t M, const Options& options)
      : distance_(rows), hnsw_(&distance_, kFirstCapacity, M, options.ef_construction, options.seed) {
    DropVisitedLists();
  }

  // HNSW's level multiplier.
  double mult() const { return hnsw_.mult_; }

  // Makes elements, without links, of all rows up to `row`, and puts that one on `level`.
  void AddElement(Row row, int level) {
    if (row >= hnsw_.max_elements_) {
      hnsw_.resizeIndex(row + row / 16 + kFirstCapacity);
      DropVisitedLists();
    }
    for (size_t element = hnsw_.cur_element_count; element <= row; ++element) {
      const auto id = static_cast<hnswlib::tableint>(element);
      std::memset(hnsw_.get_linklist0(id), 0, hnsw_.size_data_per_element_);
      hnsw_.setExternalLabel(id, element);
      hnsw_.element_levels_[element] = 0;
    }
    hnsw_.cur_element_count = std::max<size_t>(hnsw_.cur_element_count, row + size_t{1});
    if (level == 0 || hnsw_.element_levels_[row] == level) return;
    const size_t bytes = static_cast<size_t>(level) * hnsw_.size_links_per_element_;
    hnsw_.linkLists_[row] = static_cast<char*>(std::calloc(1, bytes));
    if (hnsw_.linkLists_[row] == nullptr) throw std::bad_alloc();
    hnsw_.element_levels_[row] = level;
    upper_bytes_ += bytes;
  }

  // Links a row without links to the best of `neighbors` and those back to it, as hnswlib chooses.
  void Connect(Row row, int level, std::span<const Candidate> neighbors) {
    Queue queue;
    for (const Candidate& neighbor : neighbors) queue.emplace(1 - neighbor.similarity, neighbor.row);
    try {
      hnsw_.mutuallyConnectNewElement(hnsw_.getDataByInternalId(row), row, queue, level, /*isUpdate=*/false);
    } catch (...) {
      Set(row, level, {});
      throw;
    }
  }

  std::span<const Row> Links(Row row, int level) const {
    static_assert(std::is_same_v<Row, hnswlib::tableint>);
    auto* const list = hnsw_.get_linklist_at_level(row, level);
    return {reinterpret_cast<const Row*>(list + 1), hnsw_.getListCount(list)};
  }

  void Set(Row row, int level, std::span<const Row> links) {
    auto* const list = hnsw_.get_linklist_at_level(row, level);
    const size_t capacity = level == 0 ? hnsw_.maxM0_ : hnsw_.maxM_;
    std::memset(list + 1, 0, capacity * sizeof(Row));
    std::copy(links.begin(), links.end(), reinterpret_cast<Row*>(list + 1));
    hnsw_.setListCount(list, static_cast<unsigned short>(links.size()));
  }

  // A list with room.
  void Append(Row row, Row link) {
    auto* const list = hnsw_.get_linklist0(row);
    const auto count = hnsw_.getListCount(list);
    reinterpret_cast<Row*>(list + 1)[count] = link;
    hnsw_.setListCount(list, static_cast<unsigned short>(count + 1));
  }

  size_t bytes() const {
    constexpr size_t kPerElement = sizeof(std::mutex) + sizeof(int) + sizeof(char*);
    return hnsw_.max_elements_ * (hnsw_.size_data_per_element_ + kPerElement) + upper_bytes_;
  }

 private:
  static constexpr size_t kFirstCapacity = 1024;

  // They are for hnswlib's own searches, two bytes an element. (And version 0.6.2 would free them twice where resizing
  // fails.) The type is a plain pointer there, a unique_ptr in 0.8.
  void DropVisitedLists() {
    auto& lists = hnsw_.visited_list_pool_;
    const std::unique_ptr<hnswlib::VisitedListPool> dropped(std::exchange(lists, nullptr));
  }

  using Queue =
      std::priority_queue<std::pair<float, hnswlib::tableint>, std::vector<std::pair<float, hnswlib::tableint>>,
                          hnswlib::HierarchicalNSW<float>::CompareByFirst>;

  RowDistance distance_;
  hnswlib::HierarchicalNSW<float> hnsw_;
  size_t upper_bytes_ = 0;
};

Linker::Linker(const RowTable& rows, LinkTable& links, const Options& options)
    : rows_(rows), links_(links), options_(options), lists_(std::make_unique<Lists>(rows, links.M(), options)) {}

Linker::~Linker() = default;

void Linker::Resume(size_t rows) {
  MutexLock lock(mutex_);
  loaded_ = rows;
}

void Linker::TakeUpLoaded() {
  if (loaded_ == 0) return;
  std::vector<Row> links(links_.Capacity(0));
  for (Row row = 0; row < loaded_; ++row) {
    const int level = links_.Level(row);
    lists_->AddElement(row, level);
    for (int at = level; at >= 0; --at) {
      const size_t count = links_.Read(row, at, links.data());
      lists_->Set(row, at, {links.data(), count});
    }
  }
  loaded_ = 0;
}

void Linker::Link(Row row) {
  int level = 0;
  {
    MutexLock lock(mutex_);
    TakeUpLoaded();
    level = DrawLevel(options_.seed, row, lists_->mult());
    links_.Reserve(row + size_t{1});
    if (!rows_.IsLive(row)) return;
    links_.SetLevel(row, level);
    lists_->AddElement(row, level);
    if (links_.entry().row == kNoRow) {
      links_.SetEntry({row, level});
      return;
    }
  }
  const std::vector<Candidates> neighbors = FindNeighbors(row, level);
  MutexLock lock(mutex_);
  Connect(row, level, neighbors);
}

// By level, from the ground up.
std::vector<Linker::Candidates> Linker::FindNeighbors(Row row, int level) const {
  std::vector<float> embedding(rows_.dimension());
  Decode(rows_.scaling(row).scale, rows_.high(row), rows_.low(row), embedding);
  const QueryCode query(embedding);
  const int top = std::min(level, links_.entry().level);
  Candidate start = Descend({rows_, links_}, query, top);
  std::vector<Candidates> neighbors(static_cast<size_t>(top) + 1);
  for (int at = top; at >= 0; --at) {
    Beam beam(options_.ef_construction);
    WalkTo(query, at, start, beam, row);
    neighbors[static_cast<size_t>(at)] = LinkTargets(beam);
    start = beam[0];
  }
  return neighbors;
}

void Linker::WalkTo(const QueryCode& query, int level, Candidate start, Beam& beam, Row without) const {
  const auto seen = visited_.Borrow(rows_.size());
  if (without != kNoRow) (*seen).Insert(without);
  (*seen).Insert(start.row);
  beam.Offer(start);
  Walk({rows_, links_}, query, level, beam, *seen);
}

// Rows that live, where there are any: links to dead ones lead on, but are lost with the next rebuild's graph.
Linker::Candidates Linker::LinkTargets(const Beam& beam) const {
  Candidates living, all;
  for (size_t i = 0; i < beam.size(); ++i) {
    all.push_back(beam[i]);
    if (rows_.IsLive(beam[i].row)) living.push_back(beam[i]);
  }
  return living.empty() ? all : living;
}

void Linker::Connect(Row row, int level, std::span<const Candidates> neighbors) {
  for (size_t at = neighbors.size(); at-- > 0;) {
    const int on = static_cast<int>(at);
    lists_->Connect(row, on, neighbors[at]);
    Publish(row, on);
    // A copy: publishing can add links to the lists.
    const std::span<const Row> chosen = lists_->Links(row, on);
    for (const Row neighbor : std::vector<Row>(chosen.begin(), chosen.end())) Publish(neighbor, on);
  }
  if (level > links_.entry().level) links_.SetEntry({row, level});
  KeepReachable(row);
  for (const Row other : std::exchange(lost_a_link_, {})) KeepReachable(other);
}

void Linker::Publish(Row row, int level) {
  const std::span<const Row> now = lists_->Links(row, level);
  if (level == 0) {
    std::vector<Row> before(links_.Capacity(0));
    before.resize(links_.Read(row, 0, before.data()));
    for (const Row to : before) {
      if (std::find(now.begin(), now.end(), to) == now.end()) lost_a_link_.push_back(to);
    }
  }
  links_.Write(row, level, now);
}

bool Linker::HasLink(Row from, Row to) const {
  const std::span<const Row> links = lists_->Links(from, 0);
  return std::find(links.begin(), links.end(), to) != links.end();
}

// Asks the row's neighbours, and then theirs, for a place in their lists. The nearest stand last in hnswlib's lists.
// Dead or alive: the way to a live row can lead over dead ones.
void Linker::KeepReachable(Row row) {
  const std::span<const Row> links = lists_->Links(row, 0);
  const std::vector<Row> near(links.rbegin(), links.rend());
  size_t links_back = static_cast<size_t>(std::count_if(near.begin(), near.end(), [&](Row neighbor) {
    mutex_.AssertHeld();
    return HasLink(neighbor, row);
  }));
  for (size_t i = 0; i < near.size() && links_back < kWantedLinksBack; ++i) {
    if (AddLink(near[i], row)) ++links_back;
  }
  for (size_t i = 0; i < near.size() && links_back < kWantedLinksBack; ++i) {
    const std::span<const Row> behind = lists_->Links(near[i], 0);
    for (const Row second : std::vector<Row>(behind.rbegin(), behind.rend())) {
      if (HasLink(second, row) || AddLink(second, row)) ++links_back;
    }
  }
}

// False where there is no room, or the link is there.
bool Linker::AddLink(Row from, Row to) {
  if (from == to || HasLink(from, to)) return false;
  if (lists_->Links(from, 0).size() == links_.Capacity(0)) return false;
  lists_->Append(from, to);
  links_.Write(from, 0, lists_->Links(from, 0));
  return true;
}

bool Linker::Patrol(Row row, size_t ef) {
  if (!rows_.IsLive(row)) return true;
  std::vector<float> embedding(rows_.dimension());
  Decode(rows_.scaling(row).scale, rows_.high(row), rows_.low(row), embedding);
  const QueryCode query(embedding);
  // Links from the far end of a beam can move it so that the next does not come by there: then once more.
  for (int attempt = 0; attempt < kPatrolAttempts; ++attempt) {
    Beam beam(ef);
    WalkTo(query, 0, Descend({rows_, links_}, query, 0), beam, kNoRow);
    if (Finds(beam, ef, query, row)) return attempt == 0;
    MutexLock lock(mutex_);
    TakeUpLoaded();
    size_t links = 0;
    for (size_t i = 0; i < beam.size() && links < kWantedLinksBack; ++i) {
      if (AddLink(beam[i].row, row)) ++links;
    }
  }
  return false;
}

bool Linker::Finds(const Beam& beam, size_t ef, const QueryCode& query, Row row) const {
  for (size_t i = 0; i < beam.size(); ++i) {
    if (beam[i].row == row) return true;
  }
  // In a beam full of its doubles a row need not be.
  float itself = 0;
  ScoreRows(rows_, query, {&row, 1}, &itself);
  return beam.size() == ef && beam[ef - 1].similarity >= itself;
}

size_t Linker::bytes() const {
  MutexLock lock(mutex_);
  return lists_->bytes() + links_.bytes() + visited_.bytes();
}

}  // namespace lookalike
