// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/image_seeds.h"

namespace lookalike {

// More than a thousand files that are damaged or lie, made from the seeds: the same in every run.
//   cut short       at every segment, chunk, tag and block
//   bytes flipped   here and there, and each of the first hundred
//   numbers         0, 1, and the largest in place of any two or four bytes of the headers
//   check sums      of each chunk of a PNG
//   bombs           of which a few kilobytes become gigabytes of pixels, text, tiles or scans
//   directories     of a TIFF that point at themselves, at each other or beyond the end
//   two in one      the beginning of one file and the end of another
std::vector<ImageSeed> MakeHostileImages();

// Kinds of the above that are made one by one.
std::vector<ImageSeed> MakeImageBombs();
std::vector<ImageSeed> MakeTiffDirectories();

// A lossless WebP of side × side pixels that asks for a group of prefix codes for every 4 × 4 of them.
std::string MakeWebpOfManyCodes(uint32_t side);

std::string BigEndian(uint32_t value, int size);
std::string LittleEndian(uint32_t value, int size);

}  // namespace lookalike
