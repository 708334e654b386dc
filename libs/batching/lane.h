// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace lookalike {

// Who waits for a task, and so what it waits behind.
enum class Lane {
  kInteractive,  // someone looks at a screen: goes before bulk work
  kBulk,         // nobody does: gets what is left, and never less than a stated share
};

inline constexpr size_t kLanes = 2;

// The name of a lane in metrics and messages.
inline constexpr const char* ToString(Lane lane) { return lane == Lane::kBulk ? "bulk" : "interactive"; }

}  // namespace lookalike
