// SPDX-License-Identifier: Apache-2.0
// What keeps a program from starting: it ends with 1, or 2 for wrong flags, and says why in a line.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using grpc::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

MATCHER_P2(EndedWith, exit_code, words,
           "exit code " + testing::PrintToString(exit_code) + ", standard error " +
               testing::DescribeMatcher<std::string>(words)) {
  return arg.exit_code == exit_code && testing::Matches(words)(arg.errors);
}

class StartupErrorsTest : public testing::Test {
 protected:
  // `lookalike serve` on free ports with a good model, unless the flags say otherwise.
  Ended ServeToEnd(const std::string& data_dir, const std::string& model, const Flags& flags = {}) const {
    Flags line = {"serve", "--data-dir", data_dir, "--model", model};
    line.insert(line.end(), flags.begin(), flags.end());
    // Where a flag comes twice, CLI11 refuses: these are defaults only.
    for (const char* name : {"--grpc-address", "--http-address"}) {
      if (std::find(flags.begin(), flags.end(), name) == flags.end()) line.insert(line.end(), {name, "127.0.0.1:0"});
    }
    return Lookalike(line);
  }
  Ended ServeModel(const std::string& model) const { return ServeToEnd(folder_ / "data", model); }

  const TemporaryFolder folder_;
};

TEST_F(StartupErrorsTest, TheModelFileIsMissing) {
  const std::string model = folder_ / "missing.pt";
  EXPECT_THAT(ServeModel(model), EndedWith(1, HasSubstr("model file " + model + ": no such file")));
}

TEST_F(StartupErrorsTest, TheModelFileIsTruncated) {
  const std::string whole = ReadFile(StarterModel());
  WriteFile(folder_ / "half.pt", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(ServeModel(folder_ / "half.pt"), EndedWith(1, HasSubstr("damaged, truncated or not TorchScript")));
}

TEST_F(StartupErrorsTest, TheModelFileIsNotTorchScript) {
  WriteFile(folder_ / "noise.pt", std::string(100'000, '\x5A'));
  EXPECT_THAT(ServeModel(folder_ / "noise.pt"), EndedWith(1, HasSubstr("damaged, truncated or not TorchScript")));
}

TEST_F(StartupErrorsTest, TheModelFileHasNoManifest) {
  const std::string model = folder_ / "bare.pt";
  const std::string program = "import torch; torch.jit.script(torch.nn.Flatten()).save('" + model + "')";
  if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "needs /usr/bin/python3 to make the model";
  const Ended made = RunToEnd({"/usr/bin/python3", "-c", program});
  if (made.exit_code != 0) GTEST_SKIP() << "needs Python's torch to make the model: " << made.errors;
  EXPECT_THAT(ServeModel(model), EndedWith(1, HasSubstr("without the manifest \"lookalike.json\"")));
}

TEST_F(StartupErrorsTest, TheDataDirectoryIsInUse) {
  const auto first = Serve(folder_ / "data", StarterModel());
  EXPECT_THAT(ServeToEnd(folder_ / "data", StarterModel()), EndedWith(1, HasSubstr("is in use by another process")));
  EXPECT_EQ(first->HealthOf(""), Health::SERVING);
}

// Below a file: root, who may run the tests, is kept out by no permission.
TEST_F(StartupErrorsTest, TheDataDirectoryCannotBeMade) {
  WriteFile(folder_ / "file", "");
  EXPECT_THAT(ServeToEnd(folder_ / "file/data", StarterModel()),
              EndedWith(1, AllOf(HasSubstr("data directory"), HasSubstr("cannot be made"))));
}

TEST_F(StartupErrorsTest, TheDataDirectoryHoldsSomethingElse) {
  std::filesystem::create_directories(folder_ / "data/store");
  WriteFile(folder_ / "data/store/CURRENT", "not a database\n");
  EXPECT_THAT(ServeToEnd(folder_ / "data", StarterModel()), EndedWith(1, HasSubstr("data directory")));
}

TEST_F(StartupErrorsTest, TheGrpcPortIsInUse) {
  const auto first = Serve(folder_ / "data", StarterModel());
  EXPECT_THAT(ServeToEnd(folder_ / "other", StarterModel(), {"--grpc-address", first->grpc_address()}),
              EndedWith(1, HasSubstr("address " + first->grpc_address() + " is in use by another program")));
}

TEST_F(StartupErrorsTest, TheHttpPortIsInUse) {
  const auto first = Serve(folder_ / "data", StarterModel());
  EXPECT_THAT(ServeToEnd(folder_ / "other", StarterModel(), {"--http-address", first->http_address()}),
              EndedWith(1, HasSubstr("address " + first->http_address() + " is in use by another program")));
}

TEST_F(StartupErrorsTest, TheAddressIsOpenToOtherMachines) {
  for (const char* flag : {"--grpc-address", "--http-address"}) {
    EXPECT_THAT(ServeToEnd(folder_ / "data", StarterModel(), {flag, "0.0.0.0:0"}),
                EndedWith(1, AllOf(HasSubstr("can be reached from other machines"), HasSubstr("--insecure"))));
  }
}

TEST_F(StartupErrorsTest, AnOpenAddressStartsWithInsecure) {
  Server open("lookalike-index", {"--data-dir", folder_ / "data", "--insecure"}, "0.0.0.0:0");
  EXPECT_TRUE(open.WaitForHealth("lookalike.v1.Index", Health::SERVING));
  EXPECT_EQ(open.Stop(), 0);
}

TEST_F(StartupErrorsTest, TheAddressIsNone) {
  EXPECT_THAT(ServeToEnd(folder_ / "data", StarterModel(), {"--grpc-address", "7702"}),
              EndedWith(1, HasSubstr("address \"7702\" has no port")));
}

TEST_F(StartupErrorsTest, TheFlagsAreWrong) {
  const Flags lines[] = {
      {"lookalike"},
      {"lookalike", "fly"},
      {"lookalike", "serve"},
      {"lookalike", "serve", "--data-dir", "x", "--no-such-flag"},
      {"lookalike-encoder"},
      {"lookalike-index", "--data-dir", "x", "--hnsw-m", "1000000"},
      {"lookalike-search", "--max-concurrent-calls", "none"},
  };
  for (Flags line : lines) {
    line[0] = ProgramPath(line[0]);
    EXPECT_THAT(RunToEnd(line), EndedWith(2, testing::Not(""))) << testing::PrintToString(line);
  }
}

// A data directory made with the starter model, and a server on it that runs another one.
class OtherModelTest : public StartupErrorsTest {
 protected:
  void SetUp() override {
    const auto server = Serve(folder_ / "data", StarterModel());
    Client client(server->grpc_address());
    ASSERT_THAT(client.CreateCollection("shop"), Succeeded());
    for (const DemoCatalog::Item& item : catalog_.items()) {
      ASSERT_THAT(client.Upsert("shop", ItemOfImage(item.id, ReadFile(item.picture))), Succeeded());
    }
    ASSERT_EQ(server->Stop(), 0);
    const Ended made = Lookalike({"model", "create", "--input-size", "32", "--output", folder_ / "other.pt"});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
  }

  const DemoCatalog catalog_{3};
};

TEST_F(OtherModelTest, TheServerWarnsAndRefusesOnlyWhatItCannotDo) {
  const auto server = Serve(folder_ / "data", folder_ / "other.pt");
  EXPECT_TRUE(server->process().WaitForError("come from another model"));
  EXPECT_THAT(server->process().errors(), HasSubstr("the model is untrained"));
  Client client(server->grpc_address());
  const std::string picture = ReadFile(catalog_[0].picture);
  const auto refused = Failed(StatusCode::FAILED_PRECONDITION, HasSubstr("cannot be compared"));
  EXPECT_THAT(client.Search(LikeImage("shop", picture)), refused);
  EXPECT_THAT(client.Upsert("shop", ItemOfImage("new", picture)), refused);
  EXPECT_THAT(client.Search(LikeItem("shop", catalog_[0].id)), Succeeded());
}

}  // namespace
}  // namespace lookalike
