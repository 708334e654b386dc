// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/image/product_drawing.h"

namespace lookalike {

// One item of the demo catalog: one view of one drawn product, with what a shop would know of it.
struct DemoItem {
  std::string id;         // "sneaker-0001-view1": unique
  std::string file_name;  // "sneaker-0001-view1.jpg"
  std::string group;      // "sneaker-0001": the product, the same for all its views
  int view_number = 1;    // from 1
  std::string category;   // "sneaker"
  std::string color;      // of the body: "navy"
  std::string pattern;    // "plain"
  double price = 0;       // with two decimals, of no particular currency
  bool in_stock = true;
  std::vector<std::string> tags;  // the department ("shoes"), and some of "new", "sale", "bestseller"
  ProductDrawing drawing;
  ProductView view;
};

inline constexpr int kDemoViews = 3;  // of each product

// The first `count` items of the demo catalog with this seed, product by product, each with kDemoViews views (the last
// may have fewer). The categories take turns, and the products of one differ in colour as long as there are
// colours. The same on every machine; a larger count only adds items at the end. None for a count below 1.
std::vector<DemoItem> PlanDemoCatalog(int count, uint64_t seed);

}  // namespace lookalike
