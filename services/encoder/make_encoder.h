// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "libs/encoding/encoder.h"
#include "libs/telemetry/metrics.h"
#include "services/encoder/options.h"

namespace lookalike {

// Loads the model and warms it up, behind a cache if one is wanted; says in the log which it is, and warns of one that
// was never trained. `metrics` must outlive the encoder.
absl::StatusOr<std::unique_ptr<Encoder>> MakeEncoder(const EncoderOptions& options, Metrics* metrics);

}  // namespace lookalike
