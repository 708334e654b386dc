// SPDX-License-Identifier: Apache-2.0
// The small pictures beside the images.
#include "libs/catalog/validation.h"
#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class CatalogThumbnailsTest : public CatalogFixture {
 protected:
  static std::string Jpeg(const std::string& content) { return "\xff\xd8\xff" + content; }
  // An item with an image for each letter: of that digest, with that thumbnail.
  static Item WithImages(const std::string& letters, bool with_thumbnails = true) {
    Item item = MakeItem("x", {1, 0, 0, 0});
    item.images.clear();
    for (const char letter : letters) {
      item.images.push_back({.embedding = {1, 0, 0, 0}, .digest = std::string(64, letter)});
      if (with_thumbnails) item.images.back().thumbnail = Jpeg(std::string(1, letter));
    }
    return item;
  }

  std::string Thumbnail(size_t image) {
    const absl::StatusOr<std::string> jpeg = catalog_->GetThumbnail(kShoes, "x", image, absl::InfiniteFuture());
    return jpeg.ok() ? jpeg->substr(3) : absl::StatusCodeToString(jpeg.status().code());
  }
};

TEST_F(CatalogThumbnailsTest, EachImageHasItsOwn) {
  ASSERT_EQ(Put(WithImages("ab")), absl::OkStatus());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Thumbnail(0), "a");
    EXPECT_EQ(Thumbnail(1), "b");
    EXPECT_EQ(Thumbnail(2), "NOT_FOUND");
    Reopen();
  }
  EXPECT_EQ(GetItem("x")->images[0].thumbnail, "") << "it is not read where nobody asks for it";
}

TEST_F(CatalogThumbnailsTest, AnImageThatStaysKeepsItWhereverItStands) {
  ASSERT_EQ(Put(WithImages("abc")), absl::OkStatus());
  ASSERT_EQ(Put(WithImages("dca", /*with_thumbnails=*/false)), absl::OkStatus());
  EXPECT_EQ(Thumbnail(0), "NOT_FOUND");
  EXPECT_EQ(Thumbnail(1), "c");
  EXPECT_EQ(Thumbnail(2), "a");
  ASSERT_EQ(Put(WithImages("b", /*with_thumbnails=*/false)), absl::OkStatus());
  EXPECT_EQ(Thumbnail(0), "NOT_FOUND") << "b had gone in between";
}

TEST_F(CatalogThumbnailsTest, AnUpdateOfAttributesKeepsIt) {
  ASSERT_EQ(Put(WithImages("a")), absl::OkStatus());
  std::vector<AttributeUpdate> updates = {{.id = "x", .set = {{"color", "red"}}}};
  ASSERT_TRUE(catalog_->UpdateAttributes(kShoes, std::move(updates), absl::InfiniteFuture()).ok());
  EXPECT_EQ(Thumbnail(0), "a");
}

TEST_F(CatalogThumbnailsTest, ItGoesWithItsItem) {
  ASSERT_EQ(Put(WithImages("a")), absl::OkStatus());
  ASSERT_EQ(Remove("x"), absl::OkStatus());
  EXPECT_EQ(Thumbnail(0), "NOT_FOUND");
  ASSERT_EQ(Put(WithImages("a", /*with_thumbnails=*/false)), absl::OkStatus());
  EXPECT_EQ(Thumbnail(0), "NOT_FOUND");
}

TEST_F(CatalogThumbnailsTest, WhatIsNoneIsRefused) {
  Item item = WithImages("a");
  item.images[0].thumbnail = "GIF89a";
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("images[0].thumbnail: is not a JPEG"));
  item.images[0].thumbnail = Jpeg(std::string(kMaxThumbnailBytes, 'x'));
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("images[0].thumbnail: has"));
  item.images[0].thumbnail = Jpeg("x");
  item.images[0].digest = "";
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("images[0].thumbnail: has no digest"));
  item.images[0].digest = "ABC";
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("images[0].digest: is not 64"));
}

TEST_F(CatalogThumbnailsTest, ABackupHasThem) {
  ASSERT_EQ(Put(WithImages("ab")), absl::OkStatus());
  std::string bytes;
  const auto sink = [&bytes](absl::string_view piece) {
    bytes.append(piece.data(), piece.size());
    return absl::OkStatus();
  };
  ASSERT_EQ(catalog_->Backup(sink, absl::InfiniteFuture()), absl::OkStatus());
  catalog_.reset();
  std::filesystem::remove_all(directory_);
  size_t given = 0;
  const auto reader = BlockReader::FromSource(
      [&](std::span<char> wanted) -> absl::StatusOr<size_t> {
        const size_t count = bytes.copy(wanted.data(), wanted.size(), given);
        given += count;
        return count;
      },
      "the backup");
  ASSERT_EQ(Storage::Restore(directory_.string(), *reader), absl::OkStatus());
  Open();
  EXPECT_EQ(Thumbnail(0), "a");
  EXPECT_EQ(Thumbnail(1), "b");
}

}  // namespace
}  // namespace lookalike
