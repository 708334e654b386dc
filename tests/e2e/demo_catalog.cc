// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/demo_catalog.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/e2e/servers.h"

namespace lookalike {

DemoCatalog::DemoCatalog(int count) {
  const Ended drawn = Lookalike({"demo-catalog", "--count", std::to_string(count), "--size", "96", folder_ / "."});
  if (drawn.exit_code != 0) throw std::runtime_error("no demo catalog: " + drawn.errors);
  std::ifstream lines(manifest());
  for (std::string line; std::getline(lines, line);) {
    const auto object = nlohmann::json::parse(line);
    const auto& attributes = object["attributes"];
    items_.push_back({.id = object["id"],
                      .picture = folder_ / object["image"].get<std::string>(),
                      .group = attributes["group"],
                      .category = attributes["category"],
                      .price = attributes["price"]});
  }
}

}  // namespace lookalike
