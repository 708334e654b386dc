// SPDX-License-Identifier: Apache-2.0
#include "services/search/options.h"

namespace lookalike {

void AddIngestFlags(CLI::App& app, IngestSession::Options& options) {
  app.add_option("--ingest-window", options.window_items, "Items of one Ingest stream read but not yet answered")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--ingest-window-bytes", options.window_bytes, "The same in bytes of their messages")
      ->capture_default_str()
      ->check(CLI::Range(1 << 20, 1 << 30));
}

void AddRestFlags(CLI::App& app, RestGateway::Options& options) {
  app.add_option("--cors-origin", options.cors_origins,
                 "Origin whose pages may call REST from a browser, https://host; may be given several times; * is all");
}

void AddThumbnailFlag(CLI::App& app, ProductWriter::Options& options) {
  app.add_option("--thumbnail-side", options.thumbnail_side,
                 "Pixels of the longer side of the JPEG that is kept with each picture; 0: none is kept")
      ->capture_default_str()
      ->check(CLI::Range(0, 512));
}

}  // namespace lookalike
