// SPDX-License-Identifier: Apache-2.0
// What other programs rely on: the command line's words, its JSON and its exit codes.
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/files.h"
#include "tests/e2e/pictures.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::vector<json> JsonLines(const std::string& text) {
  std::vector<json> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(json::parse(line.begin(), line.end()));
  }
  return lines;
}

class CliTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalog_ = std::make_unique<DemoCatalog>(6);
    data_ = std::make_unique<TemporaryFolder>();
    server_ = Serve(*data_ / "data", StarterModel());
    ASSERT_EQ(Run("ingest", "shop", {catalog_->manifest()}).exit_code, 0);
  }
  static void TearDownTestSuite() {
    server_.reset();
    data_.reset();
    catalog_.reset();
  }

  // A subcommand that speaks to the server about a collection.
  static Ended Run(const std::string& subcommand, const std::string& collection, const Flags& flags) {
    Flags line = {subcommand, "--server", server_->grpc_address(), "--collection", collection};
    line.insert(line.end(), flags.begin(), flags.end());
    return Lookalike(line);
  }

  uint64_t Count(const std::string& collection) const {
    return Client(server_->grpc_address()).GetCollection(collection).response.items();
  }

  static inline std::unique_ptr<DemoCatalog> catalog_;
  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> server_;
  const TemporaryFolder folder_;
};

TEST_F(CliTest, SearchPrintsItsResultsAsJson) {
  const Ended by_image = Run("search", "shop", {"--image", (*catalog_)[0].picture, "--k", "3", "--json"});
  ASSERT_EQ(by_image.exit_code, 0) << by_image.errors;
  const json response = json::parse(by_image.output);
  ASSERT_THAT(response["results"], SizeIs(3));
  const json& first = response["results"][0];
  EXPECT_EQ(first["id"], (*catalog_)[0].id);
  EXPECT_NEAR(first["score"].get<double>(), 1, 1e-4);
  EXPECT_EQ(first["attributes"]["category"], (*catalog_)[0].category);
  EXPECT_EQ(first["attributes"]["price"], (*catalog_)[0].price);
  EXPECT_THAT(response["model_id"].get<std::string>(), StartsWith("vgg16-gap-"));
}

TEST_F(CliTest, SearchPrintsATableForPeople) {
  const Ended by_id = Run("search", "shop", {"--id", (*catalog_)[0].id, "--k", "2"});
  EXPECT_EQ(by_id.exit_code, 0) << by_id.errors;
  EXPECT_THAT(by_id.output, AllOf(HasSubstr("rank  score"), HasSubstr("category=")));
}

TEST_F(CliTest, SearchTakesAFilter) {
  const Ended found = Run("search", "shop", {"--id", (*catalog_)[0].id, "--filter", "price < 0", "--json"});
  ASSERT_EQ(found.exit_code, 0) << found.errors;
  EXPECT_EQ(json::parse(found.output)["results"], json::array());
}

TEST_F(CliTest, SearchTakesAPartOfAPictureWeightsAndWhatIsNoResult) {
  const Ended found = Run("search", "shop",
                          {"--image", (*catalog_)[0].picture, "--crop", "0,0,0.5,0.5", "--id", (*catalog_)[1].id,
                           "--weight", "1,-0.5", "--exclude", (*catalog_)[2].id, "--json"});
  ASSERT_EQ(found.exit_code, 0) << found.errors;
  const std::vector<json> responses = JsonLines(found.output);
  ASSERT_THAT(responses, SizeIs(1)) << "one search of both";
  std::vector<std::string> ids;
  for (const json& result : responses[0]["results"]) ids.push_back(result["id"]);
  EXPECT_THAT(ids, AllOf(SizeIs(4), Not(Contains((*catalog_)[1].id)), Not(Contains((*catalog_)[2].id))));
  const Ended uneven = Run("search", "shop", {"--id", (*catalog_)[0].id, "--weight", "1,2"});
  EXPECT_EQ(uneven.exit_code, 1);
  EXPECT_THAT(uneven.errors, HasSubstr("--weight: there are 2 for 1 pictures and ids"));
}

TEST_F(CliTest, RankingProfilesAreSetUsedAndForgotten) {
  const std::string file = folder_ / "ranking.json";
  WriteFile(file, R"({"signals": [{"attribute": "price", "weight": -1, "linear": {"max": 1000}}]})");
  const auto collections = [&](const std::string& command, Flags flags) {
    flags.insert(flags.begin(), {"collections", command, "--server", server_->grpc_address(), "--collection", "shop"});
    return Lookalike(flags);
  };
  ASSERT_EQ(collections("set-ranking", {"--name", "cheap", file}).exit_code, 0);
  const Flags like = {"--id", (*catalog_)[0].id, "--explain"};
  Flags by_name = like, by_file = like;
  by_name.insert(by_name.end(), {"--profile", "cheap"});
  by_file.insert(by_file.end(), {"--ranking", file});
  const Ended named = Run("search", "shop", by_name);
  EXPECT_THAT(named.output, AllOf(HasSubstr("similarity +"), HasSubstr("signal price -")));
  EXPECT_EQ(Run("search", "shop", by_file).output, named.output);
  ASSERT_EQ(collections("delete-ranking", {"--name", "cheap"}).exit_code, 0);
  EXPECT_THAT(Run("search", "shop", by_name).errors, HasSubstr("has none \"cheap\""));
  WriteFile(file, R"({"signls": []})");
  EXPECT_THAT(collections("set-ranking", {file}).errors, AllOf(HasSubstr(file), HasSubstr("signls")));
}

TEST_F(CliTest, SearchWritesAPageWithPictures) {
  const Ended found =
      Run("search", "shop",
          {"--image", (*catalog_)[0].picture, "--html", folder_ / "results.html", "--pictures", catalog_->manifest()});
  ASSERT_EQ(found.exit_code, 0) << found.errors;
  const std::string page = ReadFile(folder_ / "results.html");
  EXPECT_THAT(page, AllOf(HasSubstr("data:image/jpeg;base64,"), HasSubstr((*catalog_)[1].id)));
}

TEST_F(CliTest, GetPrintsItemsAsJson) {
  const Ended got = Run("get", "shop", {(*catalog_)[0].id, "nobody", "--json"});
  EXPECT_EQ(got.exit_code, 1);
  EXPECT_THAT(got.errors, HasSubstr("nobody: there is no such item"));
  const json response = json::parse(got.output);
  EXPECT_EQ(response["items"][0]["id"], (*catalog_)[0].id);
  EXPECT_EQ(response["missing_ids"], json::array({"nobody"}));
}

TEST_F(CliTest, DeleteDeletesAndStatsCount) {
  ASSERT_EQ(Run("ingest", "dwindling", {catalog_->manifest()}).exit_code, 0);
  const Ended deleted = Run("delete", "dwindling", {(*catalog_)[0].id, (*catalog_)[1].id});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.errors;
  EXPECT_EQ(deleted.output, "2 deleted\n");
  EXPECT_EQ(Run("delete", "dwindling", {(*catalog_)[0].id}).exit_code, 1);
  const Ended stats = Run("stats", "dwindling", {"--json"});
  ASSERT_EQ(stats.exit_code, 0) << stats.errors;
  const json collections = json::parse(stats.output)["collections"];
  ASSERT_THAT(collections, SizeIs(1));
  EXPECT_EQ(collections[0]["name"], "dwindling");
  EXPECT_EQ(collections[0]["items"], 4);
  EXPECT_EQ(collections[0]["dimension"], 512);
  EXPECT_THAT(collections[0]["model_id"].get<std::string>(), StartsWith("vgg16-gap-"));
}

TEST_F(CliTest, StatsOfAllCollections) {
  const Ended stats = Lookalike({"stats", "--server", server_->grpc_address(), "--json"});
  ASSERT_EQ(stats.exit_code, 0) << stats.errors;
  const json response = json::parse(stats.output);
  std::map<std::string, int> items;
  for (const json& collection : response["collections"]) {
    items[collection["name"]] = collection["items"];
  }
  EXPECT_EQ(items["shop"], 6);
}

TEST_F(CliTest, CollectionsCreateMakesTheCollectionThatIsDescribed) {
  const Flags create = {"collections",  "create",    "--server",    server_->grpc_address(),
                        "--collection", "paintings", "--dimension", "3",
                        "--model-id",   "theirs-1",  "--centered",  "--json"};
  const Ended made = Lookalike(create);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const json collection = json::parse(made.output);
  EXPECT_EQ(collection["dimension"], 3);
  EXPECT_EQ(collection["centered"], true);
  const Ended again = Lookalike(create);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.errors, HasSubstr("there is a collection \"paintings\" already"));
  const auto there = Client(server_->grpc_address()).GetCollection("paintings");
  EXPECT_TRUE(there.response.centered());
  EXPECT_EQ(there.response.model_id(), "theirs-1");
}

TEST_F(CliTest, CollectionsCreateTakesTheServersModelWhereNoneIsNamed) {
  const Ended made = Lookalike({"collections", "create", "--server", server_->grpc_address(), "--collection", "plain"});
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_THAT(made.output, StartsWith("made collection plain: dimension 512, model vgg16-gap-"));
  EXPECT_FALSE(Client(server_->grpc_address()).GetCollection("plain").response.centered());
}

TEST_F(CliTest, IngestTakesAFolderWhoseIdsArePaths) {
  std::filesystem::create_directories(folder_ / "photos/a b");
  std::filesystem::copy((*catalog_)[0].picture, folder_ / "photos/a b/größe.JPG");
  std::filesystem::copy((*catalog_)[1].picture, folder_ / "photos/top.jpg");
  WriteFile(folder_ / "photos/notes.txt", "no picture");
  const Ended ingest = Run("ingest", "folder", {folder_ / "photos", "--json"});
  ASSERT_EQ(ingest.exit_code, 0) << ingest.errors;
  const json totals = json::parse(ingest.output);
  EXPECT_EQ(totals["total"], 2);
  EXPECT_EQ(totals["written"], 2);
  EXPECT_EQ(totals["sequence"], 2);
  EXPECT_EQ(Run("get", "folder", {"a b/größe.JPG", "top.jpg"}).exit_code, 0);
}

TEST_F(CliTest, IngestOfJsonLinesGoesOnAfterABadLineAndABadPicture) {
  WriteFile(folder_ / "dot.png", OnePixelPng());
  WriteFile(folder_ / "text.png", "no picture");
  WriteFile(folder_ / "items.jsonl",
            R"({"id": "dot", "image": "dot.png", "attributes": {"price": 9.5, "sale": true, "tags": ["a", "b"]}})"
            "\n{\"id\": \"broken\n"
            R"({"id": "text", "image": "text.png"})"
            "\n"
            R"({"id": "lost", "image": "lost.png"})"
            "\n"
            R"({"id": "last", "image": "dot.png"})");
  const Ended ingest =
      Run("ingest", "lines", {folder_ / "items.jsonl", "--failures", folder_ / "failures.jsonl", "--json"});
  EXPECT_EQ(ingest.exit_code, 1);
  const json totals = json::parse(ingest.output);
  EXPECT_EQ(totals["total"], 5);
  EXPECT_EQ(totals["written"], 2);
  EXPECT_EQ(totals["failed"], 3);
  EXPECT_EQ(totals["failures_file"], folder_ / "failures.jsonl");
  EXPECT_EQ(Count("lines"), 2);
  std::map<std::string, std::string> reasons;
  for (const json& line : JsonLines(ReadFile(folder_ / "failures.jsonl"))) reasons[line["id"]] = line["error"];
  EXPECT_THAT(reasons,
              ElementsAre(testing::Pair("", "line 2 is not JSON"), testing::Pair("lost", HasSubstr("cannot read")),
                          testing::Pair("text", HasSubstr("not a JPEG, PNG, WebP, GIF, BMP or TIFF"))));
}

TEST_F(CliTest, ADryRunSaysWhatIsWrongWithoutAServer) {
  WriteFile(folder_ / "dot.png", OnePixelPng());
  WriteFile(folder_ / "items.jsonl", R"({"id": "a", "images": ["dot.png", "dot.png"]})"
                                     "\n"
                                     R"({"id": "b", "image": "missing.jpg"})"
                                     "\n"
                                     R"({"id": "c", "image": "items.jsonl"})");
  const Ended dry = Lookalike({"ingest", "--server", "127.0.0.1:1", "--collection", "nowhere", folder_ / "items.jsonl",
                               "--dry-run", "--failures", folder_ / "failures.jsonl", "--json"});
  EXPECT_EQ(dry.exit_code, 1);
  const json totals = json::parse(dry.output);
  EXPECT_EQ(totals["good"], 1);
  EXPECT_EQ(totals["failed"], 2);
  EXPECT_EQ(totals["written"], 0);
}

// What bash would offer after these words.
std::vector<std::string> Completions(const std::string& words) {
  const std::string program = Lookalike({"completion", "bash"}).output;
  Process bash({"/bin/bash", "-c",
                program + "COMP_WORDS=(lookalike " + words +
                    "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lookalike; echo \"${COMPREPLY[*]}\""});
  EXPECT_EQ(bash.Wait(), 0) << bash.errors();
  return absl::StrSplit(absl::StripAsciiWhitespace(bash.output()), ' ', absl::SkipEmpty());
}

TEST_F(CliTest, ShellsCompleteCommandsAndFlags) {
  EXPECT_THAT(Completions("ing"), ElementsAre("ingest"));
  EXPECT_THAT(Completions("ingest --dry"), ElementsAre("--dry-run"));
  EXPECT_THAT(Completions("bench --data ind"), ElementsAre("index"));
  EXPECT_THAT(Completions("bench index --syn"), ElementsAre("--synthetic"));
  EXPECT_THAT(Completions("search --im"), ElementsAre("--image"));
  EXPECT_THAT(Lookalike({"completion", "zsh"}).output, HasSubstr("bashcompinit"));
}

// Of drawn products, views of the same one are found by the starter model, and each item finds itself first.
TEST_F(CliTest, EvalJudgesACollectionAndAModelAlike) {
  const Ended collection =
      Run("eval", "shop", {"--queries", catalog_->manifest(), "--label", "category", "--k", "3", "--json"});
  ASSERT_EQ(collection.exit_code, 0) << collection.errors;
  const Ended model = Lookalike({"eval", "--model", StarterModel(), "--queries", catalog_->manifest(), "--label",
                                 "category", "--k", "3", "--json"});
  ASSERT_EQ(model.exit_code, 0) << model.errors;
  const json by_collection = json::parse(collection.output)["evaluated"][0];
  const json by_model = json::parse(model.output)["evaluated"][0];
  for (const char* figure : {"queries", "first", "precision", "recall", "map"}) {
    EXPECT_EQ(by_collection[figure], by_model[figure]) << figure;
  }
  EXPECT_GT(by_model["precision"], 0);
}

TEST_F(CliTest, EvalRefusesWhatItCannotJudge) {
  WriteFile(folder_ / "queries.jsonl", "{\"id\":\"a\"}\n");
  const Ended no_label = Run("eval", "shop", {"--queries", folder_ / "queries.jsonl"});
  EXPECT_EQ(no_label.exit_code, 1);
  EXPECT_THAT(no_label.errors, HasSubstr("line 1 needs one of \"relevant\" and the label \"label\""));
  WriteFile(folder_ / "queries.jsonl", "{\"id\":\"nobody\",\"label\":\"x\"}\n");
  EXPECT_THAT(Run("eval", "shop", {"--queries", folder_ / "queries.jsonl", "--label", "price"}).exit_code, 1);
}

TEST_F(CliTest, IngestOfCsvGoesOnAfterABadRow) {
  WriteFile(folder_ / "dot.png", OnePixelPng());
  WriteFile(folder_ / "items.csv",
            "id,image,price:number,name,tags:list\r\n"
            "\"a, \"\"b\"\"\",dot.png,9.5,Shoe,x|y\r\n"
            "bad,dot.png,cheap,Shoe,x\r\n"
            "last,dot.png,,,\r\n");
  const Ended ingest =
      Run("ingest", "rows", {folder_ / "items.csv", "--failures", folder_ / "failures.jsonl", "--json"});
  EXPECT_EQ(ingest.exit_code, 1);
  EXPECT_EQ(json::parse(ingest.output)["written"], 2);
  const std::vector<json> failures = JsonLines(ReadFile(folder_ / "failures.jsonl"));
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_EQ(failures[0]["error"], "row 3: column \"price\": \"cheap\" is not a number");
  const auto got = Client(server_->grpc_address()).Get("rows", {"a, \"b\"", "last"});
  ASSERT_THAT(got.response.items(), SizeIs(2));
  EXPECT_EQ(got.response.items(0).attributes().at("price").number_value(), 9.5);
  EXPECT_THAT(got.response.items(0).attributes().at("tags").list_value().values(), SizeIs(2));
  EXPECT_THAT(got.response.items(1).attributes(), SizeIs(0));
}

TEST_F(CliTest, WhatTheServerRefusesEndsWithOneAndItsReason) {
  const Ended nowhere = Run("search", "nowhere", {"--id", "a"});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.errors, HasSubstr("there is no collection \"nowhere\""));
  EXPECT_EQ(Run("search", "shop", {"--id", (*catalog_)[0].id, "--k", "0"}).exit_code, 1);
  EXPECT_EQ(Run("ingest", "shop", {folder_ / "nothing here"}).exit_code, 1);
}

TEST_F(CliTest, AServerThatIsNotThereEndsWithOneAndTheWayToStartIt) {
  Server gone("lookalike-index", {"--data-dir", folder_ / "data"});
  gone.Kill();
  const Ended stats = Lookalike({"stats", "--server", gone.grpc_address(), "--timeout", "5"});
  EXPECT_EQ(stats.exit_code, 1);
  EXPECT_THAT(stats.errors, AllOf(HasSubstr(gone.grpc_address()), HasSubstr("cannot be reached"),
                                  HasSubstr("lookalike serve --data-dir")));
}

TEST_F(CliTest, WrongFlagsEndWithTwo) {
  for (const Flags& line :
       {Flags{"search", "--collection", "shop"}, Flags{"search", "--id", "a"}, Flags{"model", "create"},
        Flags{"ingest", "--collection", "shop"}, Flags{"backup"}, Flags{"restore", "--in", "x"}, Flags{"collections"},
        Flags{"collections", "create"}, Flags{"check", "--timeout", "never"},
        Flags{"demo-catalog", "--count", "0", folder_ / "x"},
        Flags{"model", "create", "--weights", "w.safetensors", "--seed", "3", "--output", folder_ / "x"}}) {
    const Ended ended = Lookalike(line);
    EXPECT_EQ(ended.exit_code, 2) << testing::PrintToString(line) << ended.errors;
  }
}

TEST_F(CliTest, HelpEndsWithZero) {
  const Ended help = Lookalike({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* name : {"serve", "ingest", "search", "get", "delete", "stats", "collections", "check", "backup",
                           "restore", "model", "embed", "demo-catalog"}) {
    EXPECT_THAT(help.output, HasSubstr(name));
  }
}

TEST_F(CliTest, ModelCreateMakesTheSameUntrainedModelOfOneSeed) {
  const Flags create = {"model", "create", "--arch", "vgg16-gap", "--input-size", "32", "--seed"};
  std::vector<json> infos;
  for (const char* seed : {"7", "7", "8"}) {
    Flags line = create;
    line.insert(line.end(), {seed, "--output", folder_ / "model.pt"});
    ASSERT_EQ(Lookalike(line).exit_code, 0);
    infos.push_back(json::parse(Lookalike({"model", "info", folder_ / "model.pt", "--json"}).output));
  }
  EXPECT_EQ(infos[0], infos[1]);
  EXPECT_NE(infos[0]["id"], infos[2]["id"]);
  EXPECT_THAT(infos[0]["id"].get<std::string>(), StartsWith("vgg16-gap-"));
  EXPECT_EQ(infos[0]["dimension"], 512);
  EXPECT_EQ(infos[0]["weights"], "untrained");
  EXPECT_EQ(infos[0]["preprocessing"]["input_size"], 32);
}

TEST_F(CliTest, ModelCreateRefusesWeightsThatLackATensorAndWritesNothing) {
  const std::string header = R"({"features.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  const std::string size = {static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
  WriteFile(folder_ / "odd.safetensors", size + header + std::string(4, '\0'));
  const Ended create =
      Lookalike({"model", "create", "--weights", folder_ / "odd.safetensors", "--output", folder_ / "odd.pt"});
  EXPECT_EQ(create.exit_code, 1);
  EXPECT_THAT(create.errors, HasSubstr("tensor \"features.0.bias\" [64] is missing"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "odd.pt"));
}

TEST_F(CliTest, EmbedWritesARowForEachPictureInTheOrderOfTheNames) {
  std::filesystem::create_directories(folder_ / "photos/b");
  std::filesystem::copy((*catalog_)[0].picture, folder_ / "photos/b/z.jpg");
  std::filesystem::copy((*catalog_)[1].picture, folder_ / "photos/c.jpg");
  std::filesystem::copy((*catalog_)[2].picture, folder_ / "photos/a.jpg");
  const Ended embed =
      Lookalike({"embed", "--model", StarterModel(), folder_ / "photos", "--output", folder_ / "rows.npy"});
  ASSERT_EQ(embed.exit_code, 0) << embed.errors;
  EXPECT_EQ(ReadFile(folder_ / "rows.txt"), "a.jpg\nb/z.jpg\nc.jpg\n");
  const std::string array = ReadFile(folder_ / "rows.npy");
  EXPECT_THAT(array, StartsWith(std::string("\x93NUMPY\x01\x00", 8)));
  EXPECT_THAT(array, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 512), }"));
  EXPECT_EQ(array.size() % 64, 0);
  const size_t values = array.size() - 3 * 512 * sizeof(float);
  EXPECT_EQ(array[values - 1], '\n');
  // The rows are the embeddings that the server has of the same pictures.
  const auto got =
      Client(server_->grpc_address()).Get("shop", {(*catalog_)[2].id, (*catalog_)[0].id, (*catalog_)[1].id}, true);
  for (int row = 0; row < 3; ++row) {
    for (int i = 0; i < 512; ++i) {
      float value;
      std::memcpy(&value, &array[values + (row * 512 + i) * sizeof(float)], sizeof(float));
      ASSERT_NEAR(value, got.response.items(row).images(0).embedding().values(i), 1e-5) << row << ", " << i;
    }
  }
}

TEST_F(CliTest, EmbedNamesThePicturesThatItCannotEncodeAndWritesTheOthers) {
  std::filesystem::create_directories(folder_ / "photos");
  WriteFile(folder_ / "photos/bad.jpg", "no picture");
  WriteFile(folder_ / "photos/dot.png", OnePixelPng());
  const Ended embed =
      Lookalike({"embed", "--model", StarterModel(), folder_ / "photos", "--output", folder_ / "rows.npy"});
  EXPECT_EQ(embed.exit_code, 1);
  EXPECT_THAT(embed.errors, HasSubstr("bad.jpg: image: not a JPEG, PNG, WebP, GIF, BMP or TIFF file"));
  EXPECT_EQ(ReadFile(folder_ / "rows.txt"), "dot.png\n");
}

}  // namespace
}  // namespace lookalike
