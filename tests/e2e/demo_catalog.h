// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/files.h"

namespace lookalike {

// What `lookalike demo-catalog` has drawn: several views of each product.
class DemoCatalog {
 public:
  struct Item {
    std::string id;
    std::string picture;  // path of the file
    std::string group;    // the product
    std::string category;
    double price = 0;
  };

  // Throws std::runtime_error, which GoogleTest reports, where it cannot be drawn.
  explicit DemoCatalog(int count);

  const std::vector<Item>& items() const { return items_; }
  const Item& operator[](size_t i) const { return items_[i]; }
  // What `lookalike ingest` takes.
  std::string manifest() const { return folder_ / "catalog.jsonl"; }

 private:
  TemporaryFolder folder_;
  std::vector<Item> items_;
};

}  // namespace lookalike
