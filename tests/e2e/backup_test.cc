// SPDX-License-Identifier: Apache-2.0
// What an operator does with the index: check it, back it up while it works, and restore the backup.
#include <atomic>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/files.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr int kItems = 200;
constexpr uint32_t kDimension = 16;

// A direction for each number, the same in every run.
std::vector<float> Direction(int i) {
  std::vector<float> direction;
  uint32_t state = static_cast<uint32_t>(i) * 2654435761u + 1;
  for (uint32_t d = 0; d < kDimension; ++d) {
    state = state * 1664525u + 1013904223u;
    direction.push_back(static_cast<float>(state >> 8) / (1 << 23) - 1);
  }
  return direction;
}

// An item as a client sees it.
struct Seen {
  uint64_t sequence;
  std::vector<float> embedding;
  std::string attributes;
  bool operator==(const Seen&) const = default;
};

class BackupTest : public testing::Test {
 protected:
  // The tests share a server; one that stops its server has another.
  static void SetUpTestSuite() {
    data_ = std::make_unique<TemporaryFolder>();
    server_ = Serve(*data_ / "data", StarterModel());
    Fill(*server_);
  }
  static void TearDownTestSuite() {
    server_.reset();
    data_.reset();
  }

  static void Fill(const Server& server) {
    Client client(server.grpc_address());
    ASSERT_THAT(client.CreateCollection("shop", kDimension), Succeeded());
    for (int i = 0; i < kItems; ++i) {
      v1::UpsertItem item = ItemOfEmbedding(std::to_string(i), Direction(i));
      (*item.mutable_attributes())["price"].set_number_value(i);
      ASSERT_THAT(client.Upsert("shop", item), Succeeded());
    }
    ASSERT_THAT(client.Delete("shop", {"7", "8"}), Succeeded());
  }

  static Ended Backup(const Server& server, const std::string& file, const Flags& more = {}) {
    Flags line = {"backup", "--index", server.grpc_address(), "--out", file};
    line.insert(line.end(), more.begin(), more.end());
    return Lookalike(line);
  }
  static Ended Restore(const std::string& file, const std::string& data_dir) {
    return Lookalike({"restore", "--in", file, "--data-dir", data_dir});
  }
  static Ended Check(const Server& server, const Flags& more = {}) {
    Flags line = {"check", "--index", server.grpc_address()};
    line.insert(line.end(), more.begin(), more.end());
    return Lookalike(line);
  }

  // Every item of a collection, by id.
  static std::map<std::string, Seen> ItemsOf(const Server& server, const std::string& collection) {
    Client client(server.grpc_address());
    std::map<std::string, Seen> items;
    v1::ListRequest request;
    request.set_collection(collection);
    do {
      const auto page = client.Call(&Client::Stub::List, request);
      EXPECT_THAT(page, Succeeded());
      if (page.response.items().empty()) break;
      std::vector<std::string> ids;
      for (const v1::Item& item : page.response.items()) ids.push_back(item.id());
      const auto got = client.Get(collection, ids, /*with_embeddings=*/true);
      EXPECT_THAT(got, Succeeded());
      for (const v1::Item& item : got.response.items()) {
        const auto& values = item.images(0).embedding().values();
        const double price = item.attributes().contains("price") ? item.attributes().at("price").number_value() : -1;
        items[item.id()] = {item.sequence(), {values.begin(), values.end()}, std::to_string(price)};
      }
      request.set_cursor(page.response.next_cursor());
    } while (!request.cursor().empty());
    return items;
  }

  // What searches find, with their scores, to be compared with what they find later.
  static std::vector<std::string> Answers(const Server& server) {
    Client client(server.grpc_address());
    std::vector<std::string> answers;
    for (int i = 0; i < 20; ++i) {
      v1::SearchRequest request = LikeEmbedding("shop", Direction(1000 + i));
      if (i % 2 == 1) request.set_filter("price < 100");
      const auto found = client.Search(request);
      EXPECT_THAT(found, Succeeded());
      for (const v1::ScoredItem& item : found.response.results()) {
        answers.push_back(item.id() + " " + std::to_string(item.score()));
      }
    }
    return answers;
  }

  static uint64_t SequenceOf(const Server& server, const std::string& collection) {
    return Client(server.grpc_address()).GetCollection(collection).response.sequence();
  }

  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> server_;
  const TemporaryFolder folder_;
};

TEST_F(BackupTest, CheckFindsNothingWrongInAHealthyIndex) {
  const Ended check = Check(*server_, {"--collection", "shop", "--json"});
  ASSERT_EQ(check.exit_code, 0) << check.errors;
  const json collections = json::parse(check.output)["collections"];
  ASSERT_THAT(collections, SizeIs(1));
  EXPECT_EQ(collections[0]["collection"], "shop");
  EXPECT_EQ(collections[0]["stored"], kItems - 2);
  EXPECT_EQ(collections[0]["indexed"], kItems - 2);
  for (const char* fault : {"unreachable", "missing", "phantom", "mended"})
    EXPECT_EQ(collections[0][fault], 0) << fault;
  EXPECT_EQ(collections[0]["examples"], json::array());
}

TEST_F(BackupTest, CheckPrintsATableForPeopleAndRepairsNothingThatIsRight) {
  ASSERT_THAT(Client(server_->grpc_address()).CreateCollection("bags", 3), Succeeded());
  const Ended check = Check(*server_, {"--repair"});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
  EXPECT_THAT(check.output,
              AllOf(HasSubstr("collection  stored  images  indexed"), HasSubstr("\nbags "), HasSubstr("\nshop ")));
}

TEST_F(BackupTest, CheckSaysWhatItCannotLookAt) {
  const Ended nowhere = Check(*server_, {"--collection", "nowhere"});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.errors, HasSubstr("there is no collection \"nowhere\""));
  Server gone("lookalike-index", {"--data-dir", folder_ / "data"});
  gone.Kill();
  const Ended nobody = Check(gone, {"--timeout", "5"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("there is no index at " + gone.grpc_address()));
}

TEST_F(BackupTest, ARestoredBackupHasTheSameItemsSequencesAndAnswers) {
  ASSERT_THAT(Client(server_->grpc_address()).CreateCollection("empty", 3), Succeeded());
  const auto items = ItemsOf(*server_, "shop");
  ASSERT_THAT(items, SizeIs(kItems - 2));
  const std::vector<std::string> answers = Answers(*server_);
  const uint64_t sequence = SequenceOf(*server_, "shop");
  const Ended backup = Backup(*server_, folder_ / "backup");
  ASSERT_EQ(backup.exit_code, 0) << backup.errors;
  EXPECT_THAT(backup.output, HasSubstr(std::to_string(std::filesystem::file_size(folder_ / "backup")) + " bytes"));
  const Ended restore = Restore(folder_ / "backup", folder_ / "restored");
  ASSERT_EQ(restore.exit_code, 0) << restore.errors;

  const auto restored = Serve(folder_ / "restored", StarterModel());
  EXPECT_EQ(ItemsOf(*restored, "shop"), items);
  EXPECT_EQ(Answers(*restored), answers);
  EXPECT_EQ(SequenceOf(*restored, "shop"), sequence);
  EXPECT_EQ(Client(restored->grpc_address()).GetCollection("empty").response.dimension(), 3u);
  EXPECT_EQ(Check(*restored).exit_code, 0);
  const auto next = Client(restored->grpc_address()).Upsert("shop", ItemOfEmbedding("new", Direction(1)));
  EXPECT_EQ(next.response.sequence(), sequence + 1);
}

// One writer, whose every write adds an item, so that the number of a write names the item.
TEST_F(BackupTest, ABackupMadeWhileWritingHoldsTheWritesUpToOneMomentAndNoOthers) {
  Client client(server_->grpc_address());
  ASSERT_THAT(client.CreateCollection("log", kDimension), Succeeded());
  std::atomic<int> written = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    for (int i = 1; !stop.stop_requested(); ++i) {
      const auto answer = client.Upsert("log", ItemOfEmbedding("item" + std::to_string(i), Direction(i)));
      EXPECT_EQ(answer.response.sequence(), static_cast<uint64_t>(i));
      written = i;
    }
  });
  ASSERT_TRUE(Eventually([&] { return written >= 100; }));
  const int before = written;
  const Ended backup = Backup(*server_, folder_ / "backup");
  const int after = written + 1;  // one more may be on its way
  writer.request_stop();
  writer.join();
  ASSERT_EQ(backup.exit_code, 0) << backup.errors;
  ASSERT_EQ(Restore(folder_ / "backup", folder_ / "restored").exit_code, 0);

  const Server restored("lookalike-index", {"--data-dir", folder_ / "restored"});
  ASSERT_TRUE(restored.WaitForHealth(v1::Index::service_full_name(), Health::SERVING));
  const auto stub =
      v1::Index::NewStub(grpc::CreateChannel(restored.grpc_address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context, list_context;
  v1::GetCollectionRequest request;
  request.set_name("log");
  v1::Collection collection;
  ASSERT_TRUE(stub->GetCollection(&context, request, &collection).ok());
  EXPECT_GE(collection.sequence(), static_cast<uint64_t>(before));
  EXPECT_LE(collection.sequence(), static_cast<uint64_t>(after));
  v1::ListRequest list;
  list.set_collection("log");
  list.set_limit(10'000);
  v1::ListResponse listed;
  ASSERT_TRUE(stub->List(&list_context, list, &listed).ok());
  EXPECT_EQ(static_cast<uint64_t>(listed.items_size()), collection.sequence());
  for (const v1::Item& item : listed.items()) {
    EXPECT_EQ(item.id(), "item" + std::to_string(item.sequence()));
    EXPECT_LE(item.sequence(), collection.sequence());
  }
}

TEST_F(BackupTest, ABackupGoesThroughAPipe) {
  const std::string lookalike = ProgramPath("lookalike");
  const Ended piped = RunToEnd({"/bin/sh", "-c",
                                lookalike + " backup --index " + server_->grpc_address() + " --out - | " + lookalike +
                                    " restore --in - --data-dir " + (folder_ / "restored")});
  ASSERT_EQ(piped.exit_code, 0) << piped.errors;
  EXPECT_THAT(piped.errors, HasSubstr(" bytes"));
  EXPECT_EQ(ItemsOf(*Serve(folder_ / "restored", StarterModel()), "shop"), ItemsOf(*server_, "shop"));
}

TEST_F(BackupTest, ABackupThatFailsLeavesTheOldFileAndNothingElse) {
  std::filesystem::create_directories(folder_ / "backups");
  WriteFile(folder_ / "backups/shop", "yesterday's");
  const Ended late = Backup(*server_, folder_ / "backups/shop", {"--timeout", "0.001"});
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_EQ(ReadFile(folder_ / "backups/shop"), "yesterday's");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "backups"), {}), 1);
  EXPECT_EQ(Backup(*server_, folder_ / "nowhere/shop").exit_code, 1);
}

TEST_F(BackupTest, NothingIsRestoredOverADirectoryThatIsInUseOrHoldsData) {
  auto server = Serve(folder_ / "data", StarterModel());
  Fill(*server);
  ASSERT_EQ(Backup(*server, folder_ / "backup").exit_code, 0);
  const auto items = ItemsOf(*server, "shop");
  const Ended in_use = Restore(folder_ / "backup", folder_ / "data");
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_THAT(in_use.errors, HasSubstr(folder_ / "data"));
  EXPECT_EQ(ItemsOf(*server, "shop"), items);
  ASSERT_EQ(server->Stop(), 0);
  EXPECT_EQ(Restore(folder_ / "backup", folder_ / "data").exit_code, 1);
  EXPECT_EQ(ItemsOf(*Serve(folder_ / "data", StarterModel()), "shop"), items);
}

TEST_F(BackupTest, ADamagedBackupIsRefusedAndLeavesNothingBehind) {
  ASSERT_EQ(Backup(*server_, folder_ / "whole").exit_code, 0);
  const std::string whole = ReadFile(folder_ / "whole");
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 0x10;
  const std::pair<const char*, std::string> damaged[] = {
      {"flipped", flipped},
      {"cut off", whole.substr(0, whole.size() - 1)},
      {"half", whole.substr(0, whole.size() / 2)},
      {"too long", whole + "x"},
      {"empty", ""},
      {"something else", std::string(100'000, 'x')},
  };
  for (const auto& [what, bytes] : damaged) {
    WriteFile(folder_ / "damaged", bytes);
    const Ended restore = Restore(folder_ / "damaged", folder_ / "restored");
    EXPECT_EQ(restore.exit_code, 1) << what;
    EXPECT_THAT(restore.errors, Not(HasSubstr("terminate called"))) << what;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "restored/store")) << what;
  }
  EXPECT_EQ(Lookalike({"restore", "--in", folder_ / "damaged", "--check"}).exit_code, 1);
  EXPECT_EQ(Lookalike({"restore", "--in", folder_ / "whole", "--check"}).output, "a whole backup\n");
  EXPECT_EQ(Restore(folder_ / "missing", folder_ / "restored").exit_code, 1);
  EXPECT_EQ(Restore(folder_ / "whole", folder_ / "restored").exit_code, 0) << "the failures are in the way";
}

}  // namespace
}  // namespace lookalike
