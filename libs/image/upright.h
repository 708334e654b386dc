// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"

#include "libs/image/exif.h"
#include "libs/image/image.h"

namespace lookalike {

// Whether the sides change places when a picture of this orientation is shown.
inline bool IsTurned(Orientation orientation) { return orientation >= Orientation::kMirroredTurnedLeft; }

// A picture as it is to be shown, from the rows and columns as stored. Where it is turned it takes its memory twice
// for a while. ResourceExhausted where memory runs out.
absl::StatusOr<Image> Upright(Image stored, Orientation orientation);

}  // namespace lookalike
