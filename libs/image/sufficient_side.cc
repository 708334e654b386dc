// SPDX-License-Identifier: Apache-2.0
#include "libs/image/sufficient_side.h"

namespace lookalike {

int SufficientSide(const Preprocessing& preprocessing) {
  if (preprocessing.interpolation == Interpolation::kNearest) return 0;
  constexpr int kOversampling = 2;
  const bool cropped = preprocessing.resize_rule == ResizeRule::kShorterSideAndCrop;
  return kOversampling * (cropped ? preprocessing.resize_size : preprocessing.input_size);
}

}  // namespace lookalike
