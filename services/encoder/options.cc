// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/options.h"

#include <limits>

namespace lookalike {

void AddEncoderFlags(CLI::App& app, EncoderOptions& options) {
  LocalEncoder::Options& encoder = options.encoder;
  app.add_option("--device", options.device, "Where the model runs: cpu, cuda, cuda:N or auto")->capture_default_str();
  app.add_option("--max-batch-size", encoder.max_batch_size,
                 "Pictures of one forward pass, at most; 0: 1 on a CPU, 64 on CUDA")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_option("--max-queue-delay-ms", options.max_queue_delay_ms,
                 "How long a picture may wait for others to share its forward pass while the GPU is busy")
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000));
  app.add_option("--max-queued-images", encoder.lane_limits.tasks,
                 "Pictures waiting for the model in each lane; more are answered RESOURCE_EXHAUSTED")
      ->capture_default_str()
      ->check(CLI::Range(64, 1'000'000));  // one call's pictures must fit
  app.add_option("--max-queued-image-bytes", encoder.lane_limits.bytes,
                 "The same in bytes of their files and of the model's inputs")
      ->capture_default_str()
      ->check(CLI::Range(1 << 20, std::numeric_limits<int>::max()));
  app.add_option("--decode-threads", encoder.decoders, "Threads that decode pictures; 0: one a core")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_option("--encoder-workers", encoder.workers, "Threads that run the model; 0: one a core, or one on CUDA")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_option("--max-image-bytes", encoder.image_limits.max_bytes, "Largest image file taken")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 30));
  app.add_option("--max-image-pixels", encoder.image_limits.max_pixels, "Largest width × height taken")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--max-image-aspect-ratio", encoder.image_limits.max_aspect_ratio,
                 "Largest ratio of an image's longer side to its shorter")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--max-image-decoded-bytes", encoder.image_limits.max_decoded_bytes,
                 "Memory that one image may take while it is decoded")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1} << 20, int64_t{1} << 40));
  app.add_flag("--jpeg-reduced-decode,!--no-jpeg-reduced-decode", encoder.image_limits.reduce_jpeg,
               "Decode a JPEG far larger than the model's input at a reduced scale")
      ->capture_default_str();
}

void AddEmbeddingCacheFlag(CLI::App& app, EncoderOptions& options) {
  app.add_option("--embedding-cache-bytes", options.cache_bytes,
                 "Memory for embeddings of pictures that were encoded before; 0: every picture is encoded")
      ->capture_default_str()
      ->check(CLI::Range(size_t{0}, size_t{1} << 40));
}

}  // namespace lookalike
