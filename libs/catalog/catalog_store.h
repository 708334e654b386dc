// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/item.h"
#include "libs/filter/facet.h"
#include "libs/filter/filter.h"

namespace lookalike {

// The largest requests that a store takes; more is InvalidArgument, naming the field.
inline constexpr size_t kMaxK = 20'000;             // results of one query; twice what a shopper may ask, to rank them
inline constexpr size_t kMaxBatchItems = 10'000;    // items of one Upsert, ids of one Delete or Get
inline constexpr size_t kMaxBatchQueries = 1'000;   // queries of one Search
inline constexpr size_t kMaxListLimit = 10'000;     // items of one page
inline constexpr size_t kMaxFacets = 100;           // attributes of one FacetQuery
inline constexpr size_t kMaxFacetValues = 1'000;    // values of one facet
inline constexpr size_t kMaxAuditExamples = 100;    // ids that an audit names
inline constexpr size_t kMaxBackupPiece = 1 << 20;  // bytes that a backup hands over at once

// How long a read waits for its min_sequence where the caller set no deadline.
inline constexpr absl::Duration kMaxSequenceWait = absl::Seconds(10);
// Reads that wait for a min_sequence at one time, in all collections of a process: each holds a thread, and a server
// has 256 (GrpcServer::Options). More are ResourceExhausted.
inline constexpr int kMaxSequenceWaiters = 64;

// What happened to the items of one write, in their order.
struct WriteResult {
  std::vector<absl::Status> items;
  uint64_t sequence = 0;  // of the collection when the write was durable
};

struct GetOptions {
  bool with_embeddings = false;
  uint64_t min_sequence = 0;  // see CatalogStore
};

struct ListQuery {
  std::string cursor = {};    // empty: from the start; else the next_cursor of the page before
  size_t limit = 100;         // items of the page, 1 to kMaxListLimit
  uint64_t min_sequence = 0;  // see CatalogStore
};

struct StoreQuery {
  // Normalised embeddings of the collection's dimension, each a query of its own.
  std::span<const Embedding> embeddings;
  // The model that made them; FailedPrecondition, naming both, where it is not the collection's. Empty: unchecked.
  std::string model_id;
  size_t k = 10;                   // 1 to kMaxK
  Filter filter;                   // exact: the nearest among all items that match
  std::optional<float> min_score;  // -1 to 1: less similar items are left out
  uint64_t min_sequence = 0;       // see CatalogStore
};

struct FacetQuery {
  Filter filter;                        // of the items that match
  std::vector<std::string> attributes;  // at most kMaxFacets; none: all of the schema, the first kMaxFacets by name
  size_t max_values = 20;               // of each facet, 1 to kMaxFacetValues
  uint64_t min_sequence = 0;            // see CatalogStore
};

struct Facets {
  std::vector<Facet> facets;  // of the attributes that a matching item has, by name
  uint64_t items = 0;         // that match
};

struct ScoredItem {
  Item item;        // without its embedding
  float score = 0;  // cosine similarity to the query, -1 to 1
};

struct ItemPage {
  std::vector<Item> items;  // without embeddings, ordered by id
  std::string next_cursor;  // empty after the last page
};

// What comparing a collection's index with its store found.
struct AuditReport {
  uint64_t stored = 0;       // items of the store
  uint64_t indexed = 0;      // embeddings of the index that searches can find
  uint64_t unreachable = 0;  // embeddings in the graph to which no path leads: only an exhaustive search finds them
  uint64_t missing = 0;      // items that the index lacks, or has with another embedding than the last one written
  uint64_t phantom = 0;      // embeddings of the index whose item is not in the store
  uint64_t mended = 0;       // of the three above together
  std::vector<std::string> examples;  // ids of those found, at most kMaxAuditExamples
};

// A set of collections that can be written and searched: our own index, in this process or behind gRPC, or another
// engine. Thread-safe; calls block, at most until `deadline` (DeadlineExceeded).
//
// Every method that names a collection: NotFound if there is none of that name.
// A write is durable when its method returns, and every search that starts after that sees it.
//
// min_sequence lets a reader name a write (WriteResult::sequence) that its answer must have seen, whoever wrote it and
// through whichever process: the call waits until the collection has come so far. DeadlineExceeded, the message
// beginning with "min_sequence: " and stating both numbers, where it has not by the deadline; without a deadline, after
// kMaxSequenceWait; ResourceExhausted where kMaxSequenceWaiters wait already. 0 waits for nothing.
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  // AlreadyExists where the name is taken, by a collection with the same settings too; InvalidArgument for a spec
  // outside the limits in item.h.
  virtual absl::Status CreateCollection(const CollectionSpec& spec, absl::Time deadline) = 0;
  // The collection and every item in it, for good.
  virtual absl::Status DeleteCollection(absl::string_view name, absl::Time deadline) = 0;
  virtual absl::StatusOr<CollectionInfo> GetCollection(absl::string_view name, absl::Time deadline) = 0;
  // Ordered by name.
  virtual absl::StatusOr<std::vector<CollectionInfo>> ListCollections(absl::Time deadline) = 0;

  // Adds each item or replaces the one of its id, whole. Items are judged one by one: InvalidArgument for an id,
  // embedding or attribute that is not allowed, and the others are written. Embeddings need not be normalised.
  // Where an id stands twice, the later one counts. `model_id` as in StoreQuery.
  virtual absl::StatusOr<WriteResult> Upsert(absl::string_view collection, absl::string_view model_id,
                                             std::vector<Item> items, absl::Time deadline) = 0;
  // NotFound, for that id, where there is no such item.
  virtual absl::StatusOr<WriteResult> Delete(absl::string_view collection, std::span<const std::string> ids,
                                             absl::Time deadline) = 0;
  // One result for each id, in their order: the item, or NotFound. Embeddings only on demand.
  virtual absl::StatusOr<std::vector<absl::StatusOr<Item>>> Get(absl::string_view collection,
                                                                std::span<const std::string> ids,
                                                                const GetOptions& options, absl::Time deadline) = 0;
  // For each query the most similar items, best first, equal ones by id; fewer than k only where fewer match.
  virtual absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(absl::string_view collection,
                                                                      const StoreQuery& query, absl::Time deadline) = 0;
  virtual absl::StatusOr<ItemPage> List(absl::string_view collection, const ListQuery& query, absl::Time deadline) = 0;
  // What the items that match have as values. InvalidArgument as for a search, and for an attribute that the collection
  // has never seen. Writes go on meanwhile: facets can differ by what was written between them.
  virtual absl::StatusOr<Facets> GetFacets(absl::string_view collection, const FacetQuery& query,
                                           absl::Time deadline) = 0;

  // Compares the index with the store, item by item, while both go on working; with `repair`, mends what it finds.
  virtual absl::StatusOr<AuditReport> Audit(absl::string_view collection, bool repair, absl::Time deadline) = 0;
  // Hands all collections, as they are at one moment, to `sink` as the bytes of a backup file (docs/storage.md), in
  // order and in pieces of at most kMaxBackupPiece. Writes go on meanwhile. Stops with the sink's error where that
  // returns one: what it got so far is no backup.
  virtual absl::Status Backup(const std::function<absl::Status(absl::string_view)>& sink, absl::Time deadline) = 0;
};

}  // namespace lookalike
