// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/graph_snapshot.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are written as the processor holds them");

// Block types, told apart from those of whoever else writes to the same file by their range.
constexpr uint32_t kGraphHeader = 0x100;
constexpr uint32_t kRows = 0x101;
constexpr uint32_t kLinks = 0x102;

// A block covers the rows of one chunk, which lie side by side in memory.
constexpr size_t kRowsPerBlock = ChunkedRows<uint8_t>::kRowsPerChunk;

constexpr int32_t kMostLevels = 64;

struct Header {
  uint64_t rows;
  uint64_t linked;
  uint64_t patrolled;
  uint32_t dimension;
  uint32_t M;
};
static_assert(sizeof(Header) == 32 && sizeof(RowTable::Scaling) == 12);

template <class T>
absl::string_view BytesOf(const T* values, size_t count) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

template <class T>
absl::Status ReadInto(BlockReader& reader, T* values, size_t count) {
  return reader.Read({reinterpret_cast<char*>(values), count * sizeof(T)});
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the snapshot of the index is damaged: ", what));
}

size_t RowsInBlock(size_t first, size_t rows) { return std::min(kRowsPerBlock, rows - first); }

absl::Status SaveRows(const RowTable& table, size_t first, size_t count, BlockWriter& writer) {
  // What the table gives to fill on loading; here it is only read.
  const RowTable::RawRow raw = const_cast<RowTable&>(table).Raw(static_cast<Row>(first));
  const absl::string_view parts[] = {BytesOf(raw.high, count * table.padded_dimension()),
                                     BytesOf(raw.low, count * table.padded_dimension()), BytesOf(raw.scaling, count),
                                     BytesOf(raw.slot, count), BytesOf(raw.version, count)};
  return writer.Write(kRows, parts);
}

// Levels of the rows, then the links of each on each of its levels, from 0 up: Capacity(level) words of row plus 1, the
// unused ones 0. Links to rows that are not in the snapshot's graph are left out.
absl::Status SaveLinks(const LinkTable& links, size_t first, size_t count, size_t linked, BlockWriter& writer) {
  std::vector<int32_t> levels(count);
  std::vector<Row> words;
  std::vector<Row> read(links.Capacity(0));
  for (size_t i = 0; i < count; ++i) {
    const Row row = static_cast<Row>(first + i);
    levels[i] = links.Level(row);
    for (int level = 0; level <= levels[i]; ++level) {
      const size_t end = words.size() + links.Capacity(level);
      const size_t found = links.Read(row, level, read.data());
      for (size_t j = 0; j < found; ++j) {
        if (read[j] < linked) words.push_back(read[j] + 1);
      }
      words.resize(end, 0);
    }
  }
  const absl::string_view parts[] = {BytesOf(levels.data(), count), BytesOf(words.data(), words.size())};
  return writer.Write(kLinks, parts);
}

// Gives the block's length.
absl::StatusOr<uint64_t> ExpectBlock(BlockReader& reader, uint32_t type, uint64_t at_least) {
  absl::StatusOr<std::optional<BlockHeader>> header = reader.Next();
  if (!header.ok()) return header.status();
  if (!header->has_value() || (*header)->type != type) return Damaged("a block is missing");
  if ((*header)->length < at_least) return Damaged("a block is too short");
  return (*header)->length;
}

absl::Status LoadRows(BlockReader& reader, RowTable& table, size_t first, size_t count) {
  const RowTable::RawRow raw = table.Raw(static_cast<Row>(first));
  const size_t codes = count * table.padded_dimension();
  const uint64_t bytes = 2 * codes + count * (sizeof(RowTable::Scaling) + sizeof(Slot) + sizeof(uint64_t));
  if (const auto length = ExpectBlock(reader, kRows, bytes); !length.ok()) return length.status();
  absl::Status status = ReadInto(reader, raw.high, codes);
  if (status.ok()) status = ReadInto(reader, raw.low, codes);
  if (status.ok()) status = ReadInto(reader, raw.scaling, count);
  if (status.ok()) status = ReadInto(reader, raw.slot, count);
  if (status.ok()) status = ReadInto(reader, raw.version, count);
  return status;
}

class LinksLoader {
 public:
  LinksLoader(BlockReader& reader, LinkTable& links, size_t linked) : reader_(reader), links_(links), linked_(linked) {}

  absl::Status Load(size_t first, size_t count) {
    std::vector<int32_t> levels(count);
    const absl::StatusOr<uint64_t> length = ExpectBlock(reader_, kLinks, count * sizeof(int32_t));
    if (!length.ok()) return length.status();
    if (absl::Status status = ReadInto(reader_, levels.data(), count); !status.ok()) return status;
    size_t words = 0;
    for (const int32_t level : levels) {
      if (level < 0 || level > kMostLevels) return Damaged("a level is out of range");
      words += links_.Capacity(0) + static_cast<size_t>(level) * links_.Capacity(1);
    }
    // The levels are not checked yet: that is done where the block is read to its end.
    if (*length != count * sizeof(int32_t) + words * sizeof(Row)) return Damaged("levels and links do not go together");
    std::vector<Row> links(words);
    if (absl::Status status = ReadInto(reader_, links.data(), words); !status.ok()) return status;
    std::span<Row> rest = links;
    for (size_t i = 0; i < count; ++i) {
      if (absl::Status status = LoadRow(static_cast<Row>(first + i), levels[i], rest); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // A row on the highest level.
  LinkTable::Entry entry() const { return entry_; }

 private:
  absl::Status LoadRow(Row row, int level, std::span<Row>& rest) {
    links_.SetLevel(row, level);
    for (int at = 0; at <= level; ++at) {
      const std::span<Row> words = rest.first(links_.Capacity(at));
      rest = rest.subspan(words.size());
      size_t count = 0;
      for (; count < words.size() && words[count] != 0; ++count) {
        if (--words[count] >= linked_) return Damaged("a link leads out of the graph");
      }
      links_.Write(row, at, words.first(count));
    }
    if (entry_.row == kNoRow || level > entry_.level) entry_ = {row, level};
    return absl::OkStatus();
  }

  BlockReader& reader_;
  LinkTable& links_;
  const size_t linked_;
  LinkTable::Entry entry_;
};

}  // namespace

absl::Status SaveGraph(const Graph& graph, size_t patrolled, BlockWriter& writer) {
  const size_t linked = graph.linked.load(std::memory_order_acquire);
  const Header header = {.rows = graph.rows.size(),
                         .linked = linked,
                         .patrolled = patrolled,
                         .dimension = static_cast<uint32_t>(graph.rows.dimension()),
                         .M = static_cast<uint32_t>(graph.links.M())};
  absl::Status status = writer.Write(kGraphHeader, BytesOf(&header, 1));
  for (size_t first = 0; status.ok() && first < header.rows; first += kRowsPerBlock) {
    status = SaveRows(graph.rows, first, RowsInBlock(first, header.rows), writer);
  }
  for (size_t first = 0; status.ok() && first < linked; first += kRowsPerBlock) {
    status = SaveLinks(graph.links, first, RowsInBlock(first, linked), linked, writer);
  }
  return status;
}

absl::StatusOr<LoadedGraph> LoadGraph(BlockReader& reader, Graph& graph) {
  Header header;
  if (const auto length = ExpectBlock(reader, kGraphHeader, sizeof(header)); !length.ok()) return length.status();
  if (absl::Status status = ReadInto(reader, &header, 1); !status.ok()) return status;
  if (header.dimension != graph.rows.dimension() || header.M != graph.links.M()) {
    return absl::FailedPreconditionError(absl::StrCat("the snapshot has dimension ", header.dimension, " and M ",
                                                      header.M, "; wanted are ", graph.rows.dimension(), " and ",
                                                      graph.links.M()));
  }
  if (header.linked > header.rows || header.rows >= kNoRow) return Damaged("its header");
  for (size_t first = 0; first < header.rows; first += kRowsPerBlock) {
    const size_t count = RowsInBlock(first, header.rows);
    graph.rows.Reserve(first + count);
    if (absl::Status status = LoadRows(reader, graph.rows, first, count); !status.ok()) return status;
  }
  graph.rows.Adopt(header.rows);
  LinksLoader loader(reader, graph.links, header.linked);
  for (size_t first = 0; first < header.linked; first += kRowsPerBlock) {
    const size_t count = RowsInBlock(first, header.linked);
    graph.links.Reserve(first + count);
    if (absl::Status status = loader.Load(first, count); !status.ok()) return status;
  }
  graph.links.SetEntry(loader.entry());
  return LoadedGraph{static_cast<size_t>(header.linked), static_cast<size_t>(header.patrolled)};
}

}  // namespace lookalike
