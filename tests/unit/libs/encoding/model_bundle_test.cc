// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/model_bundle.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/encoding/torchscript_builder.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

class ModelBundleTest : public testing::Test {
 protected:
  void Save(const TorchModule& module, const ModelManifest& manifest) {
    const absl::Status status = SaveModelBundle(module, manifest, path_);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string IdOf(const TorchModule& module, const ModelManifest& manifest) {
    Save(module, manifest);
    const auto bundle = LoadModelBundle(path_);
    EXPECT_TRUE(bundle.ok()) << bundle.status();
    return bundle.ok() ? bundle->model_id : "";
  }

  std::string Refusal(absl::StatusCode code = absl::StatusCode::kInvalidArgument) {
    const absl::Status status = LoadModelBundle(path_).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
    return std::string(status.message());
  }

  std::string Bytes() const {
    std::ostringstream bytes;
    bytes << std::ifstream(path_, std::ios::binary).rdbuf();
    return bytes.str();
  }

  void Overwrite(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("model.pt");
};

TEST_F(ModelBundleTest, KeepsTheManifestAndTheNetwork) {
  Save(SmallNetwork(), SmallManifest());
  const auto bundle = LoadModelBundle(path_);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(ManifestToJson(bundle->manifest), ManifestToJson(SmallManifest()));
  torch::jit::Module module = bundle->module->module;
  EXPECT_EQ(module.forward({torch::ones({1, 3, 4, 4})}).toTensor().sizes(), at::IntArrayRef({1, 3}));
}

TEST_F(ModelBundleTest, NamesTheModelByItsContent) {
  EXPECT_THAT(IdOf(SmallNetwork(), SmallManifest()), MatchesRegex("small-[0-9a-f]{16}"));
}

TEST_F(ModelBundleTest, AModelBuiltTwiceKeepsItsId) {
  const std::string id = IdOf(SmallNetwork(), SmallManifest());
  ModelManifest described = SmallManifest();
  described.description = "another word for it";
  EXPECT_EQ(IdOf(SmallNetwork(), described), id);
}

TEST_F(ModelBundleTest, AFileOfAnotherNameKeepsItsId) {
  const std::string id = IdOf(SmallNetwork(), SmallManifest());
  const std::string renamed = folder_.File("renamed.bin");
  std::filesystem::rename(path_, renamed);
  EXPECT_EQ(LoadModelBundle(renamed)->model_id, id);
}

TEST_F(ModelBundleTest, EveryDifferenceInTheResultIsAnotherId) {
  const std::string id = IdOf(SmallNetwork(), SmallManifest());
  EXPECT_NE(IdOf(SmallNetwork("return torch.mean(x, [2, 3]) * self.gain", {1, 1, 1.0000001f}), SmallManifest()), id);
  EXPECT_NE(IdOf(SmallNetwork("return torch.mean(x, [2, 3]) * self.gain * 2"), SmallManifest()), id);
  ModelManifest manifest = SmallManifest();
  manifest.preprocessing.channel_order = ChannelOrder::kBgr;
  EXPECT_NE(IdOf(SmallNetwork(), manifest), id);
}

TEST_F(ModelBundleTest, ReplacesAFileAndLeavesNothingBeside) {
  Save(SmallNetwork(), SmallManifest());
  Save(SmallNetwork(), SmallManifest());
  EXPECT_EQ(folder_.Files(), 1);
}

TEST_F(ModelBundleTest, SaysWhyItCannotWrite) {
  const absl::Status status = SaveModelBundle(SmallNetwork(), SmallManifest(), folder_.File("missing/model.pt"));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("missing/model.pt"));
}

TEST_F(ModelBundleTest, WritesNoManifestThatItWouldNotRead) {
  ModelManifest manifest = SmallManifest();
  manifest.name = "Not A Name";
  EXPECT_EQ(SaveModelBundle(SmallNetwork(), manifest, path_).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(folder_.Files(), 0);
}

TEST_F(ModelBundleTest, RefusesAMissingFileAndAFolder) {
  EXPECT_THAT(Refusal(absl::StatusCode::kNotFound), HasSubstr("no such file"));
  std::filesystem::create_directory(path_);
  EXPECT_THAT(Refusal(), HasSubstr("not a file"));
}

TEST_F(ModelBundleTest, RefusesWhatIsNotTorchScript) {
  for (const char* content : {"", "x", "this is a text, not a model", "PK\x03\x04"}) {
    Overwrite(content);
    EXPECT_THAT(Refusal(), HasSubstr("not TorchScript"));
  }
}

TEST_F(ModelBundleTest, RefusesTruncatedFiles) {
  Save(SmallNetwork(), SmallManifest());
  const std::string bytes = Bytes();
  for (const size_t kept : {bytes.size() - 1, bytes.size() / 2, size_t{100}}) {
    Overwrite(bytes.substr(0, kept));
    Refusal();
  }
}

TEST_F(ModelBundleTest, DamagedWeightsAreAnotherModel) {
  const float gain = 123.456f;
  const std::string id = IdOf(SmallNetwork("return torch.mean(x, [2, 3]) * self.gain", {gain, 1, 1}), SmallManifest());
  std::string bytes = Bytes();
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&gain), sizeof(gain)));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  Overwrite(bytes);
  const auto damaged = LoadModelBundle(path_);
  EXPECT_TRUE(!damaged.ok() || damaged->model_id != id);
}

TEST_F(ModelBundleTest, TellsHowToMakeABundleOfBareTorchScript) {
  SmallNetwork().module.save(path_);
  EXPECT_THAT(Refusal(absl::StatusCode::kFailedPrecondition), HasSubstr("scripts/export_model.py --script"));
}

TEST_F(ModelBundleTest, RefusesABadManifest) {
  SmallNetwork().module.save(path_, {{"lookalike.json", "{}"}});
  EXPECT_THAT(Refusal(), HasSubstr("\"format_version\" is missing"));
}

TEST_F(ModelBundleTest, RefusesADimensionThatTheModelDoesNotHave) {
  ModelManifest manifest = SmallManifest();
  manifest.dimension = 4;
  Save(SmallNetwork(), manifest);
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("[2, 3]"), HasSubstr("dimension 4")));
}

TEST_F(ModelBundleTest, RefusesAModelThatTakesOnePictureAtATime) {
  Save(SmallNetwork("return torch.reshape(torch.mean(x, [0, 2, 3]), [1, 3])"), SmallManifest());
  EXPECT_THAT(Refusal(), HasSubstr("[1, 3]"));
}

TEST_F(ModelBundleTest, RefusesAModelThatReturnsSomethingElse) {
  Save(SmallNetwork("return [x]"), SmallManifest());
  EXPECT_THAT(Refusal(), HasSubstr("not a tensor"));
}

TEST_F(ModelBundleTest, RefusesAModelThatCannotTakeItsInput) {
  Save(SmallNetwork("return torch.reshape(x, [2, 3, 7])"), SmallManifest());
  EXPECT_THAT(Refusal(), HasSubstr("cannot take its input"));
}

}  // namespace
}  // namespace lookalike
