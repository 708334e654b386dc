// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "libs/encoding/local_encoder.h"

namespace lookalike {

// The encoder of a process, as its flags describe it.
struct EncoderOptions {
  std::string model;  // path of a bundle
  std::string device = "cpu";
  int max_queue_delay_ms = 2;
  size_t cache_bytes = 64 << 20;  // of embeddings that are remembered; 0: none are
  LocalEncoder::Options encoder;
};

// Adds the flags to `app`, but for --model, which is not everywhere required.
void AddEncoderFlags(CLI::App& app, EncoderOptions& options);

// For programs whose encoder is MakeEncoder()'s.
void AddEmbeddingCacheFlag(CLI::App& app, EncoderOptions& options);

}  // namespace lookalike
