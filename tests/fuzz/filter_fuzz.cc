// SPDX-License-Identifier: Apache-2.0
// The text of a filter. One that is in the grammar is written out, and read again as the same.
#include <cstdint>
#include <cstdlib>

#include "libs/filter/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto filter = lookalike::Filter::Parse({reinterpret_cast<const char*>(data), size});
  if (!filter.ok()) return 0;
  const std::string text = filter->ToString();
  const auto again = lookalike::Filter::Parse(text);
  if (!again.ok() || again->ToString() != text) std::abort();
  return 0;
}
