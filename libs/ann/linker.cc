// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/linker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lookalike {
namespace {

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

Linker::Linker(const RowTable& rows, LinkTable& links, const Options& options)
    : rows_(rows),
      options_(options),
      level_multiplier_(1 / std::log(static_cast<double>(links.M()))),
      links_(links),
      choice_(rows) {}

void Linker::Link(Row row) {
  const int level = DrawLevel(options_.seed, row, level_multiplier_);
  {
    MutexLock lock(mutex_);
    links_.Reserve(row + size_t{1});
    if (!rows_.IsLive(row)) return;
    links_.SetLevel(row, level);
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
  const QueryCode query(EmbeddingOf(row));
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
    const std::vector<Row> chosen = choice_.Choose(neighbors[at], links_.M());
    links_.Write(row, on, chosen);
    for (const Row neighbor : chosen) LinkBack(neighbor, row, on);
  }
  if (level > links_.entry().level) links_.SetEntry({row, level});
  KeepReachable(row);
  for (const Row other : std::exchange(lost_a_link_, {})) KeepReachable(other);
}

void Linker::LinkBack(Row from, Row to, int level) {
  if (links_.Contains(from, level, to) || links_.Append(from, level, to)) return;
  std::vector<Row> links = Links(from, level);
  links.push_back(to);
  ChooseAmong(links, from, level);
}

void Linker::ChooseAmong(std::span<const Row> links, Row row, int level) {
  Candidates candidates;
  candidates.reserve(links.size());
  for (const Row link : links) candidates.push_back({link, choice_.Similarity(link, row)});
  const std::vector<Row> chosen = choice_.Choose(candidates, links_.Capacity(level));
  links_.Write(row, level, chosen);
  if (level > 0) return;
  for (const Row link : links) {
    if (std::find(chosen.begin(), chosen.end(), link) == chosen.end()) lost_a_link_.push_back(link);
  }
}

// Asks the row's neighbours, and then theirs, for a place in their lists. The nearest stand last in what LinkChoice
// gives. Dead or alive: the way to a live row can lead over dead ones.
void Linker::KeepReachable(Row row) {
  std::vector<Row> near = Links(row, 0);
  std::reverse(near.begin(), near.end());
  size_t links_back = static_cast<size_t>(
      std::count_if(near.begin(), near.end(), [&](Row neighbor) { return links_.Contains(neighbor, 0, row); }));
  for (size_t i = 0; i < near.size() && links_back < kWantedLinksBack; ++i) {
    if (AddLink(near[i], row)) ++links_back;
  }
  for (size_t i = 0; i < near.size() && links_back < kWantedLinksBack; ++i) {
    const std::vector<Row> behind = Links(near[i], 0);
    for (auto second = behind.rbegin(); second != behind.rend(); ++second) {
      if (links_.Contains(*second, 0, row) || AddLink(*second, row)) ++links_back;
    }
  }
}

std::vector<Row> Linker::Links(Row row, int level) const {
  std::vector<Row> links(links_.Capacity(level));
  links.resize(links_.Read(row, level, links.data()));
  return links;
}

Row Linker::FarthestLink(Row row) const {
  const std::vector<Row> links = Links(row, 0);
  return *std::min_element(links.begin(), links.end(), [&](Row a, Row b) {
    mutex_.AssertHeld();
    return choice_.Similarity(a, row) < choice_.Similarity(b, row);
  });
}

void Linker::Replace(Row row, Row before, Row now) {
  std::vector<Row> links = Links(row, 0);
  std::replace(links.begin(), links.end(), before, now);
  links_.Write(row, 0, links);
}

// False where there is no room, or the link is there.
bool Linker::AddLink(Row from, Row to) {
  return from != to && !links_.Contains(from, 0, to) && links_.Append(from, 0, to);
}

bool Linker::Patrol(Row row, size_t ef) {
  if (!rows_.IsLive(row)) return true;
  const QueryCode query(EmbeddingOf(row));
  // Links from the far end of a beam can move it so that the next does not come by there: then once more.
  for (int attempt = 0; attempt < kPatrolAttempts; ++attempt) {
    const Beam beam = LookFor(query, ef);
    if (Finds(beam, ef, query, row)) return attempt == 0;
    MutexLock lock(mutex_);
    LeadTo(row, beam);
  }
  return false;
}

void Linker::MakeReachable(Row row, size_t ef) {
  const Beam near = LookFor(QueryCode(EmbeddingOf(row)), ef);
  MutexLock lock(mutex_);
  LeadTo(row, near);
}

Embedding Linker::EmbeddingOf(Row row) const {
  Embedding embedding(rows_.dimension());
  Decode(rows_.scaling(row).scale, rows_.high(row), rows_.low(row), embedding);
  return embedding;
}

Beam Linker::LookFor(const QueryCode& query, size_t ef) const {
  Beam beam(ef);
  WalkTo(query, 0, Descend({rows_, links_}, query, 0), beam, kNoRow);
  return beam;
}

void Linker::LeadTo(Row row, const Beam& near) {
  size_t links = 0;
  for (size_t i = 0; i < near.size() && links < kWantedLinksBack; ++i) {
    if (AddLink(near[i].row, row)) ++links;
  }
  if (links == 0) PutBetween(near[0].row, row);
}

// In a full list the row takes the place of the farthest link, and links to where that led: what was reachable that way
// still is. So may its own farthest have to go, which is then looked after.
void Linker::PutBetween(Row from, Row row) {
  if (from == row || links_.Contains(from, 0, row)) return;
  const Row behind = FarthestLink(from);
  if (!links_.Contains(row, 0, behind) && !links_.Append(row, 0, behind)) {
    const Row dropped = FarthestLink(row);
    Replace(row, dropped, behind);
    Replace(from, behind, row);
    KeepReachable(dropped);
  } else {
    Replace(from, behind, row);
  }
}

// Among more doubles of its own than a beam keeps, a row need not be in it: then one of them, or of those that it links
// to itself, has to lead there.
bool Linker::Finds(const Beam& beam, size_t ef, const QueryCode& query, Row row) const {
  std::vector<Row> near;
  for (size_t i = 0; i < beam.size(); ++i) near.push_back(beam[i].row);
  if (std::find(near.begin(), near.end(), row) != near.end()) return true;
  float itself = 0;
  ScoreRows(rows_, query, {&row, 1}, &itself);
  if (beam.size() < ef || beam[ef - 1].similarity < itself) return false;
  const std::vector<Row> own = Links(row, 0);
  near.insert(near.end(), own.begin(), own.end());
  return std::any_of(near.begin(), near.end(), [&](Row other) { return links_.Contains(other, 0, row); });
}

size_t Linker::bytes() const {
  MutexLock lock(mutex_);
  return links_.bytes() + visited_.bytes();
}

}  // namespace lookalike
