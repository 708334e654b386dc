// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace lookalike {

// How the rows and columns of a stored picture are to be shown, numbered as in EXIF 2.32, section 4.6.4 (tag 0x0112).
enum class Orientation {
  kUpright = 1,
  kMirrored = 2,             // left and right changed places
  kUpsideDown = 3,           // turn by 180°
  kMirroredUpsideDown = 4,   // top and bottom changed places
  kMirroredTurnedLeft = 5,   // rows are columns
  kTurnedLeft = 6,           // turn by 90° clockwise to see it upright
  kMirroredTurnedRight = 7,  // rows are columns, both from the far end
  kTurnedRight = 8,          // turn by 90° anticlockwise to see it upright
};

// The orientation in a block of EXIF data (a TIFF structure, with or without the "Exif\0\0" before it). kUpright where
// the block has none or is damaged: a camera's faulty metadata is no reason to refuse its picture.
Orientation ReadExifOrientation(absl::string_view exif);

}  // namespace lookalike
