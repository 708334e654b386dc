// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "libs/catalog/catalog.h"

namespace lookalike {

// Adds the flags of an index to `app`, --data-dir among them.
void AddIndexFlags(CLI::App& app, Catalog::Options& options);

}  // namespace lookalike
