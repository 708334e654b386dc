// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/embedding.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace lookalike {

absl::Status Normalize(std::span<float> values) {
  double sum_of_squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return absl::InvalidArgumentError(absl::StrCat("embedding: value ", i, " is not a finite number"));
    }
    sum_of_squares += static_cast<double>(values[i]) * values[i];
  }
  if (values.empty()) return absl::InvalidArgumentError("embedding: has no values");
  if (sum_of_squares == 0) return absl::InvalidArgumentError("embedding: all values are zero, so it has no direction");
  const double scale = 1.0 / std::sqrt(sum_of_squares);
  for (float& value : values) value = static_cast<float>(value * scale);
  return absl::OkStatus();
}

}  // namespace lookalike
