// SPDX-License-Identifier: Apache-2.0
#include "services/cli/ingest_source.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "services/cli/json.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class IngestSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lookalike-source-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  // Each item as "id picture attributes", each that cannot be read as its error.
  std::vector<std::string> ReadAll(const fs::path& path) {
    std::vector<std::string> lines;
    auto source = IngestSource::Open(path);
    if (!source.ok()) return {std::string(source.status().message())};
    while (true) {
      const auto item = (*source)->Next();
      if (!item.ok()) {
        lines.emplace_back(item.status().message());
        continue;
      }
      if (!item->has_value()) break;
      std::map<std::string, std::string> attributes;
      for (const auto& [name, value] : (*item)->attributes) attributes[name] = ToJson(value).dump();
      std::string line = (*item)->id;
      for (const fs::path& picture : (*item)->pictures) line += " " + picture.lexically_relative(folder_).string();
      if (!(*item)->group.empty()) line += " of " + (*item)->group;
      if ((*item)->version > 0) line += " version " + std::to_string((*item)->version);
      for (const auto& [name, value] : attributes) line += " " + name + "=" + value;
      lines.push_back(line);
    }
    EXPECT_EQ((*source)->size(), lines.size());
    return lines;
  }

  fs::path folder_;
};

TEST_F(IngestSourceTest, AFolderGivesItsPicturesSortedByPath) {
  Write("b.PNG", "");
  Write("a/x.jpeg", "");
  Write("a/notes.txt", "");
  Write("c.webp", "");
  Write("d.GIF", "");
  Write("e.bmp", "");
  Write("f.tiff", "");
  EXPECT_THAT(ReadAll(folder_), ElementsAre("a/x.jpeg a/x.jpeg", "b.PNG b.PNG", "c.webp c.webp", "d.GIF d.GIF",
                                            "e.bmp e.bmp", "f.tiff f.tiff"));
}

TEST_F(IngestSourceTest, ItemsCanHaveSeveralPicturesAGroupAndAVersion) {
  const std::vector<std::string> expected = {"1 a.jpg b.jpg of boot version 7", "2 c.jpg"};
  EXPECT_EQ(ReadAll(Write("items.jsonl", R"({"id":"1","images":["a.jpg","b.jpg"],"group":"boot","version":7})"
                                         "\n"
                                         R"({"id":"2","image":"c.jpg"})")),
            expected);
  EXPECT_EQ(ReadAll(Write("items.csv", "id,image,group,version\n1,a.jpg|b.jpg,boot,7\n2,c.jpg,,\n")), expected);
}

TEST_F(IngestSourceTest, RefusesPicturesGroupsAndVersionsOfAnotherKind) {
  EXPECT_THAT(ReadAll(Write("items.jsonl", R"({"id":"1","image":"a.jpg","images":["b.jpg"]})"
                                           "\n"
                                           R"({"id":"1","images":[]})"
                                           "\n"
                                           R"({"id":"1","image":3})"
                                           "\n"
                                           R"({"id":"1","image":"a.jpg","group":1})"
                                           "\n"
                                           R"({"id":"1","image":"a.jpg","version":-1})")),
              ElementsAre(HasSubstr("line 1 needs a string \"image\", or a list \"images\""),
                          HasSubstr("line 2 \"images\" is not a list of paths"),
                          HasSubstr("line 3 has a picture whose path is not a string"),
                          HasSubstr("line 4 \"group\" is not a string"),
                          HasSubstr("line 5 \"version\" is not a whole number")));
  EXPECT_THAT(ReadAll(Write("items.csv", "id,image,version\n1,a.jpg,x\n")),
              ElementsAre(HasSubstr("row 2: column \"version\": \"x\" is not a whole number")));
}

TEST_F(IngestSourceTest, JsonLinesGiveTypedAttributes) {
  const fs::path path = Write(
      "catalog.jsonl", R"({"id": "1", "image": "i/1.jpg", "attributes": {"price": 79.5, "tags": ["a"], "new": true}})"
                       "\n\n"
                       R"({"id": "2", "image": "2.jpg"})"
                       "\n");
  EXPECT_THAT(ReadAll(path), ElementsAre(R"(1 i/1.jpg new=true price=79.5 tags=["a"])", "2 2.jpg"));
}

TEST_F(IngestSourceTest, ABadLineIsNamedAndTheNextOneComes) {
  const fs::path path = Write("catalog.jsonl",
                              "{\n"
                              R"({"id": 3, "image": "x"})"
                              "\n"
                              R"({"id": "x", "image": "x", "price": 3})"
                              "\n"
                              R"({"id": "x", "image": "x", "attributes": {"size": {}}})"
                              "\n"
                              R"({"id": "good", "image": "x"})"
                              "\n");
  EXPECT_THAT(ReadAll(path), ElementsAre("line 1 is not JSON", "line 2 needs a string \"id\"",
                                         HasSubstr("line 3 has the unknown key \"price\""),
                                         HasSubstr("line 4 attribute \"size\""), "good x"));
}

TEST_F(IngestSourceTest, CsvInfersTypesFromWholeColumns) {
  const fs::path path = Write("catalog.csv",
                              "id,image,price,new,size\n"
                              "1,1.jpg,79.5,true,42\n"
                              "2,\"2, side.jpg\",,false,M\n");
  EXPECT_THAT(ReadAll(path),
              ElementsAre("1 1.jpg new=true price=79.5 size=\"42\"", "2 2, side.jpg new=false size=\"M\""));
}

TEST_F(IngestSourceTest, CsvTakesTypesFromItsHeader) {
  const fs::path path = Write("catalog.csv",
                              "id,image,code:string,tags:list,price:number\n"
                              "1,1.jpg,42,a|b,3\n"
                              "2,2.jpg,43,c,cheap\n"
                              "3,3.jpg\n");
  EXPECT_THAT(ReadAll(path), ElementsAre(R"(1 1.jpg code="42" price=3 tags=["a","b"])",
                                         HasSubstr("row 3: column \"price\": \"cheap\" is not a number"),
                                         HasSubstr("row 4: has 2 cells; the header has 5")));
}

TEST_F(IngestSourceTest, RefusesWhatItCannotRead) {
  EXPECT_THAT(ReadAll(folder_ / "nowhere"), ElementsAre(HasSubstr("cannot read")));
  EXPECT_THAT(ReadAll(Write("catalog.xml", "<a/>")), ElementsAre(HasSubstr("neither a folder nor")));
  EXPECT_THAT(ReadAll(Write("no-id.csv", "image\nx\n")), ElementsAre(HasSubstr("needs a column \"id\"")));
  EXPECT_THAT(ReadAll(Write("type.csv", "id,image,a:float\n")), ElementsAre(HasSubstr("a type is")));
  EXPECT_THAT(ReadAll(Write("empty.csv", "")), ElementsAre(HasSubstr("no header line")));
  EXPECT_THAT(ReadAll(Write("quote.csv", "id,image\n\"x,y\n")), ElementsAre(HasSubstr("row 2")));
}

}  // namespace
}  // namespace lookalike
