// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace lookalike {

// A whole PNG file of a single white pixel.
std::string OnePixelPng();

// The beginning of a PNG file that says it has so many pixels, and none of them.
std::string PngHeader(uint32_t width, uint32_t height);

}  // namespace lookalike
