// SPDX-License-Identifier: Apache-2.0
// scripts/export_model.py, run by the Python that has Debian's python3-torch; skipped where that is not installed.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/encoding/model_bundle.h"
#include "libs/encoding/torchscript_model.h"
#include "libs/encoding/vgg16.h"
#include "tests/unit/libs/encoding/torchscript_builder.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

class ExportModelTest : public testing::Test {
 protected:
  void SetUp() override {
    const bool installed = Python("-c 'import importlib.util as u, sys; sys.exit(u.find_spec(\"torch\") is None)'");
    if (!installed) GTEST_SKIP() << "python3-torch is not installed";
  }

  // Runs Python; false when it fails. What it prints is in Output().
  bool Python(const std::string& arguments) const {
    // A sanitizer's runtime is no part of Python, and PYTHONPATH may name another Python's modules.
    const std::string command = "env -u LD_PRELOAD -u PYTHONPATH PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 ";
    return std::system((command + arguments + " > " + folder_.File("output") + " 2>&1").c_str()) == 0;
  }

  std::string Output() const {
    std::ifstream file(folder_.File("output"));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  bool Export(const std::string& arguments) const {
    return Python("scripts/export_model.py --output " + bundle_path_ + " " + arguments);
  }

  const TemporaryFolder folder_;
  const std::string bundle_path_ = folder_.File("model.pt");
};

constexpr int kSide = 32;

at::Tensor ExampleInput() { return torch::linspace(-2, 2, 3 * kSide * kSide).reshape({1, 3, kSide, kSide}); }

// What Python computes for the same input.
constexpr char kPythonEmbedding[] = R"(-c '
import sys, torch
module = torch.jit.load(sys.argv[1])
output = module(torch.linspace(-2, 2, 3 * 32 * 32).reshape(1, 3, 32, 32))[0]
for value in (output / output.norm()).tolist(): print(value)
' )";

std::vector<float> Numbers(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<float>(stream), std::istream_iterator<float>()};
}

Embedding Embed(const ModelBundle& bundle) {
  const at::Tensor input = ExampleInput();
  auto model = TorchScriptModel::Create(bundle, "cpu");
  EXPECT_TRUE(model.ok()) << model.status();
  return *(*model)->Run({input.data_ptr<float>(), static_cast<size_t>(input.numel())}, 1)[0];
}

TEST_F(ExportModelTest, WritesABundleThatGivesPythonsEmbeddings) {
  ASSERT_TRUE(Export("--weights none --seed 7 --input-size 32 --preprocessing keras --description 'a test'"))
      << Output();
  EXPECT_THAT(Output(), HasSubstr("UNTRAINED"));
  const auto bundle = LoadModelBundle(bundle_path_);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->manifest.name, "vgg16-gap");
  EXPECT_EQ(bundle->manifest.weights, WeightsProvenance::kUntrained);
  EXPECT_EQ(bundle->manifest.description, "a test");

  const Embedding embedding = Embed(*bundle);
  ASSERT_TRUE(Python(kPythonEmbedding + bundle_path_)) << Output();
  EXPECT_THAT(embedding, Pointwise(FloatNear(1e-5f), Numbers(Output())));

  // Our own VGG16 with the same weights computes the same.
  NamedTensors weights;
  for (const auto& parameter : bundle->module->module.named_parameters()) {
    const at::Tensor value = parameter.value.contiguous();
    const float* data = value.data_ptr<float>();
    weights[parameter.name] = {value.sizes().vec(), std::vector<float>(data, data + value.numel())};
  }
  const auto built = BuildVgg16(weights);
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_THAT(Embed({"id", bundle->manifest, *built}), Pointwise(FloatNear(1e-5f), embedding));
}

// Prints the manifest of every profile, a NUL after each.
constexpr char kPrintManifests[] = R"(-c '
import sys
sys.path.append("scripts")
from export_model import manifest_json, preprocessing_profile
for profile in "keras", "torchvision", "starter":
    print(manifest_json("a", 5, preprocessing_profile(profile, 100), "imported", ""), end="\0")
')";

TEST_F(ExportModelTest, KnowsTheSameProfiles) {
  ASSERT_TRUE(Python(kPrintManifests)) << Output();
  std::istringstream manifests(Output());
  for (const char* profile : {"keras", "torchvision", "starter"}) {
    std::string json;
    std::getline(manifests, json, '\0');
    const auto manifest = ManifestFromJson(json);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    ModelManifest wanted = *manifest;
    wanted.preprocessing = *PreprocessingProfile(profile, 100);
    EXPECT_EQ(CanonicalModelFields(*manifest), CanonicalModelFields(wanted));
  }
}

TEST_F(ExportModelTest, MakesABundleOfTorchScript) {
  const std::string script = folder_.File("script.pt");
  SmallNetwork().module.save(script);
  ASSERT_TRUE(Export("--script " + script + " --input-size 4 --preprocessing starter")) << Output();
  const auto bundle = LoadModelBundle(bundle_path_);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->manifest.dimension, 3);
  EXPECT_EQ(bundle->manifest.weights, WeightsProvenance::kImported);
}

TEST_F(ExportModelTest, TheLoaderTellsAStateDictFromTorchScript) {
  ASSERT_TRUE(Python("-c 'import sys, torch; torch.save({\"a\": torch.ones(2)}, sys.argv[1])' " + bundle_path_));
  const absl::Status status = LoadModelBundle(bundle_path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not TorchScript"));
}

TEST_F(ExportModelTest, RefusesANetworkThatGivesNoEmbeddings) {
  const std::string script = folder_.File("script.pt");
  SmallNetwork("return torch.mean(x)").module.save(script);
  EXPECT_FALSE(Export("--script " + script + " --input-size 4"));
  EXPECT_THAT(Output(), HasSubstr("wanted a tensor [2, dimension]"));
}

}  // namespace
}  // namespace lookalike
