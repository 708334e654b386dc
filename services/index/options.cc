// SPDX-License-Identifier: Apache-2.0
#include "services/index/options.h"

namespace lookalike {

void AddIndexFlags(CLI::App& app, Catalog::Options& options) {
  HnswIndex::Options& index = options.index;
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
}

}  // namespace lookalike
