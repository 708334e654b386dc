// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "services/search/ingest_session.h"
#include "services/search/rest/gateway.h"

namespace lookalike {

// Adds the flags of bulk ingestion to `app`.
void AddIngestFlags(CLI::App& app, IngestSession::Options& options);

// Adds the flags of the REST face to `app`.
void AddRestFlags(CLI::App& app, RestGateway::Options& options);

// And of what is made of a picture beside its embedding.
void AddThumbnailFlag(CLI::App& app, ProductWriter::Options& options);

}  // namespace lookalike
