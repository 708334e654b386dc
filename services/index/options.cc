// SPDX-License-Identifier: Apache-2.0
#include "services/index/options.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace lookalike {

void AddIndexFlags(CLI::App& app, Catalog::Options& options) {
  Collection::Options& collection = options.collection;
  HnswIndex::Options& index = collection.index;
  app.add_option("--data-dir", options.data_directory, "Where everything is kept; made if it is not there")->required();
  app.add_option("--hnsw-m", index.M, "Links of a node: more finds more and takes more memory")
      ->capture_default_str()
      ->check(CLI::Range(4, 128));
  app.add_option("--ef-construction", index.ef_construction,
                 "Candidates looked at when an item is added: more finds more and adds slower")
      ->capture_default_str()
      ->check(CLI::Range(8, 4096));
  app.add_option("--ef-search", index.ef_search,
                 "Candidates looked at by a search: more finds more and searches slower")
      ->capture_default_str()
      ->check(CLI::Range(8, 4096));
  app.add_option("--exact-threshold", index.exact_threshold,
                 "Collections of up to so many items are searched exactly, without the graph")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--link-threads", index.link_threads,
                 "Threads that link new items into graphs, and rebuild those, of all collections together")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  app.add_option("--max-backlog", collection.max_backlog,
                 "Items of a collection that may wait to be linked: searches scan them; above it writes wait")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 100'000'000));
  app.add_option("--rebuild-share", collection.rebuild_share,
                 "Rebuild a collection's index when tombstones are more than this share of its items")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 10.0));
  app.add_option("--rebuild-least", collection.least_tombstones, "Fewer tombstones than this are let be")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option_function<int>(
         "--deletion-memory-h", [&](int hours) { collection.deletion_memory = absl::Hours(hours); },
         "Hours that the version of a deleted item is remembered, so that a late write does not bring it back")
      ->default_str(absl::StrCat(absl::ToInt64Hours(collection.deletion_memory)))
      ->check(CLI::Range(1, 87'600));
  app.add_option_function<int>(
         "--snapshot-interval-s", [&](int seconds) { collection.snapshot_interval = absl::Seconds(seconds); },
         "Seconds that changes go without a snapshot: more makes starts slower, less writes more")
      ->default_str(absl::StrCat(absl::ToInt64Seconds(collection.snapshot_interval)))
      ->check(CLI::Range(1, 86'400));
}

}  // namespace lookalike
