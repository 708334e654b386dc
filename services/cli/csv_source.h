// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"

#include "services/cli/ingest_source.h"

namespace lookalike {

// A CSV manifest (RFC 4180) as IngestSource describes it. Read whole: manifests are small beside the pictures.
absl::StatusOr<std::unique_ptr<IngestSource>> OpenCsv(const std::filesystem::path& path);

}  // namespace lookalike
