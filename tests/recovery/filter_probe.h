// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/recovery/random.h"
#include "tests/recovery/value.h"

namespace lookalike {

// A filter in the server's language, and what it means, told apart from the server's own code.
struct FilterProbe {
  std::string text;
  std::function<bool(const Facts&)> matches;
};

// A filter that an item with these facts matches. It names only attributes that such an item has, which the collection
// then knows.
FilterProbe MakeFilterProbe(const Facts& facts, Random& random);

}  // namespace lookalike
