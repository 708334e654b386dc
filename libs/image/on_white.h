// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// An 8-bit value of which `alpha`/255 is seen, on white; rounded.
inline uint8_t OnWhite(int value, int alpha) {
  return static_cast<uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

// Turns pixels of red, green, blue and alpha into pixels of red, green and blue on white, in their own memory.
inline void LayOnWhite(std::vector<uint8_t>& pixels) {
  const size_t count = pixels.size() / 4;
  for (size_t i = 0; i < count; ++i) {
    const int alpha = pixels[4 * i + 3];
    for (size_t channel = 0; channel < 3; ++channel) {
      pixels[3 * i + channel] = OnWhite(pixels[4 * i + channel], alpha);
    }
  }
  pixels.resize(3 * count);
}

}  // namespace lookalike
