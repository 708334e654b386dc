// SPDX-License-Identifier: Apache-2.0
#include "libs/image/demo_catalog.h"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/encode.h"
#include "libs/image/preprocess.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::Field;
using testing::SizeIs;

std::vector<std::string> Ids(const std::vector<DemoItem>& items) {
  std::vector<std::string> ids;
  for (const DemoItem& item : items) ids.push_back(item.id);
  return ids;
}

Image Draw(const DemoItem& item, int size) {
  absl::StatusOr<Image> image = DrawProduct(item.drawing, item.view, size);
  EXPECT_TRUE(image.ok()) << image.status();
  return image.value_or(Image());
}

// The picture as 12 × 12 mean colours: enough to tell most products apart.
std::vector<float> Thumbnail(const DemoItem& item) {
  const Preprocessing preprocessing{.input_size = 12, .interpolation = Interpolation::kArea};
  std::vector<float> values(InputValues(preprocessing));
  EXPECT_TRUE(Preprocess(Draw(item, 48), preprocessing, values).ok());
  return values;
}

double Distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

size_t NearestTo(size_t query, const std::vector<std::vector<float>>& thumbnails) {
  size_t nearest = query == 0 ? 1 : 0;
  for (size_t i = 0; i < thumbnails.size(); ++i) {
    const double distance = Distance(thumbnails[query], thumbnails[i]);
    if (i != query && distance < Distance(thumbnails[query], thumbnails[nearest])) nearest = i;
  }
  return nearest;
}

TEST(DemoCatalogTest, HasTheCountAndUniqueIds) {
  for (const int count : {1, 2, 3, 100, 300}) {
    const auto ids = Ids(PlanDemoCatalog(count, 1));
    EXPECT_THAT(ids, SizeIs(count));
    EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(count));
  }
  EXPECT_THAT(PlanDemoCatalog(0, 1), SizeIs(0));
  EXPECT_THAT(PlanDemoCatalog(-5, 1), SizeIs(0));
}

// The first numbers of seed 1, written down: they hold on every machine and with every standard library.
TEST(DemoCatalogTest, IsTheSameEverywhere) {
  const DemoItem item = PlanDemoCatalog(2, 1).back();
  EXPECT_EQ(item.id, "sneaker-0001-view2");
  EXPECT_EQ(item.file_name, "sneaker-0001-view2.jpg");
  EXPECT_EQ(item.group, "sneaker-0001");
  EXPECT_EQ(item.view_number, 2);
  EXPECT_EQ(item.category, "sneaker");
  EXPECT_EQ(item.color, "purple");
  EXPECT_EQ(item.pattern, "plain");
  EXPECT_DOUBLE_EQ(item.price, 108.5);
  EXPECT_THAT(item.tags, testing::ElementsAre("shoes"));
}

TEST(DemoCatalogTest, ALargerCountOnlyAdds) {
  const auto small = PlanDemoCatalog(50, 7), large = PlanDemoCatalog(90, 7);
  for (size_t i = 0; i + 1 < small.size(); ++i) {
    EXPECT_EQ(small[i].id, large[i].id);
    EXPECT_EQ(small[i].drawing.shape, large[i].drawing.shape);
    EXPECT_EQ(small[i].view.rotation, large[i].view.rotation);
  }
}

TEST(DemoCatalogTest, TheSameSeedGivesTheSameBytesAndAnotherDoesNot) {
  const auto encoded = [](uint64_t seed) {
    std::string bytes;
    for (const DemoItem& item : PlanDemoCatalog(12, seed)) bytes += EncodeJpeg(Draw(item, 64), 90).value();
    return bytes;
  };
  EXPECT_EQ(encoded(3), encoded(3));
  EXPECT_NE(encoded(3), encoded(4));
}

TEST(DemoCatalogTest, ViewsOfAProductShareItsAttributesAndDifferInThePicture) {
  const auto items = PlanDemoCatalog(3, 5);
  for (size_t i = 1; i < items.size(); ++i) {
    EXPECT_EQ(items[i].group, items[0].group);
    EXPECT_EQ(items[i].price, items[0].price);
    EXPECT_EQ(items[i].tags, items[0].tags);
    EXPECT_NE(Draw(items[i], 64).pixels, Draw(items[0], 64).pixels);
  }
}

TEST(DemoCatalogTest, ProductsOfACategoryDifferInColor) {
  std::map<std::string, std::set<std::string>> colors;
  for (const DemoItem& item : PlanDemoCatalog(300, 1)) colors[item.category].insert(item.color);
  EXPECT_THAT(colors, SizeIs(kProductCategories));
  for (const auto& [category, found] : colors) EXPECT_GE(found.size(), 8u) << category;
}

TEST(DemoCatalogTest, PricesHaveTwoDecimals) {
  for (const DemoItem& item : PlanDemoCatalog(300, 9)) {
    EXPECT_GT(item.price, 5) << item.id;
    EXPECT_NEAR(item.price * 100, std::round(item.price * 100), 1e-6) << item.id;
  }
}

// What the demo shows and the end-to-end tests rely on: another view of a product looks more like it than any other
// product does. Even these thumbnails know it nearly always.
TEST(DemoCatalogTest, AnotherViewOfTheSameProductIsNearest) {
  const auto items = PlanDemoCatalog(150, 1);
  std::vector<std::vector<float>> thumbnails;
  for (const DemoItem& item : items) thumbnails.push_back(Thumbnail(item));
  int found = 0;
  for (size_t i = 0; i < items.size(); ++i) found += items[NearestTo(i, thumbnails)].group == items[i].group;
  EXPECT_GE(found, 120) << "of " << items.size();
}

}  // namespace
}  // namespace lookalike
