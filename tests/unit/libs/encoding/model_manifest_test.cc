// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/model_manifest.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

ModelManifest Example() {
  ModelManifest manifest;
  manifest.name = "vgg16-gap";
  manifest.dimension = 512;
  manifest.preprocessing = {.input_size = 64,
                            .resize_rule = ResizeRule::kShorterSideAndCrop,
                            .resize_size = 73,
                            .interpolation = Interpolation::kBilinearAntialias,
                            .channel_order = ChannelOrder::kBgr,
                            .scale = 1.0f / 255,
                            .mean = {103.939f, 116.779f, 123.68f},
                            .std = {0.229f, 0.224f, 0.225f}};
  manifest.weights = WeightsProvenance::kStarter;
  manifest.description = "straße \"quoted\"\n";
  return manifest;
}

json ExampleJson() { return json::parse(ManifestToJson(Example())); }

std::string RefusalOf(const std::string& text) {
  const auto manifest = ManifestFromJson(text);
  EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(manifest.status().message());
}

// The refusal of the example with the value at `pointer` ("/preprocessing/std") replaced.
std::string RefusalWith(const std::string& pointer, const json& value) {
  json changed = ExampleJson();
  changed[json::json_pointer(pointer)] = value;
  return RefusalOf(changed.dump());
}

std::string RefusalWithout(const std::string& parent, const std::string& name) {
  json changed = ExampleJson();
  changed.at(json::json_pointer(parent)).erase(name);
  return RefusalOf(changed.dump());
}

TEST(ModelManifestTest, SurvivesBothWaysExactly) {
  const auto manifest = ManifestFromJson(ManifestToJson(Example()));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->name, "vgg16-gap");
  EXPECT_EQ(manifest->dimension, 512);
  EXPECT_EQ(manifest->weights, WeightsProvenance::kStarter);
  EXPECT_EQ(manifest->description, Example().description);
  EXPECT_EQ(manifest->preprocessing.input_size, 64);
  EXPECT_EQ(manifest->preprocessing.resize_rule, ResizeRule::kShorterSideAndCrop);
  EXPECT_EQ(manifest->preprocessing.resize_size, 73);
  EXPECT_EQ(manifest->preprocessing.interpolation, Interpolation::kBilinearAntialias);
  EXPECT_EQ(manifest->preprocessing.channel_order, ChannelOrder::kBgr);
  EXPECT_EQ(manifest->preprocessing.scale, 1.0f / 255);
  EXPECT_EQ(manifest->preprocessing.mean, Example().preprocessing.mean);
  EXPECT_EQ(manifest->preprocessing.std, Example().preprocessing.std);
}

TEST(ModelManifestTest, EveryProfileSurvives) {
  for (const char* profile : {"keras", "torchvision", "starter"}) {
    ModelManifest manifest = Example();
    manifest.preprocessing = *PreprocessingProfile(profile, 96);
    const auto read = ManifestFromJson(ManifestToJson(manifest));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(CanonicalModelFields(*read), CanonicalModelFields(manifest));
  }
}

TEST(ModelManifestTest, WritesNumbersAsPeopleWriteThem) {
  EXPECT_THAT(ManifestToJson(Example()), AllOf(HasSubstr("103.939,"), HasSubstr("\"starter\"")));
}

TEST(ModelManifestTest, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", "{", "[]", "null", "\xff"}) EXPECT_THAT(RefusalOf(text), HasSubstr("not a JSON object"));
}

TEST(ModelManifestTest, NamesEveryMissingField) {
  for (const char* name : {"format_version", "name", "dimension", "preprocessing", "weights", "description"}) {
    EXPECT_THAT(RefusalWithout("", name), AllOf(HasSubstr(std::string("\"") + name + "\""), HasSubstr("missing")));
  }
  for (const char* name :
       {"input_size", "resize_rule", "resize_size", "interpolation", "channel_order", "scale", "mean", "std"}) {
    EXPECT_THAT(RefusalWithout("/preprocessing", name),
                AllOf(HasSubstr(std::string("\"preprocessing.") + name + "\""), HasSubstr("missing")));
  }
}

TEST(ModelManifestTest, RefusesFieldsThatItDoesNotKnow) {
  EXPECT_THAT(RefusalWith("/normalise", true), HasSubstr("\"normalise\" is not a field"));
  EXPECT_THAT(RefusalWith("/preprocessing/gamma", 2.2), HasSubstr("\"preprocessing.gamma\" is not a field"));
}

TEST(ModelManifestTest, RefusesAnotherFormatVersion) {
  EXPECT_THAT(RefusalWith("/format_version", 2), HasSubstr("\"format_version\" is 2"));
}

TEST(ModelManifestTest, NamesFieldsOfAnotherType) {
  EXPECT_THAT(RefusalWith("/name", 7), HasSubstr("\"name\" is 7, not a string"));
  EXPECT_THAT(RefusalWith("/dimension", "512"), HasSubstr("\"dimension\" is \"512\""));
  EXPECT_THAT(RefusalWith("/dimension", 512.5), HasSubstr("\"dimension\""));
  EXPECT_THAT(RefusalWith("/preprocessing", 3), HasSubstr("\"preprocessing\" is not an object"));
  EXPECT_THAT(RefusalWith("/preprocessing/input_size", -64), HasSubstr("\"preprocessing.input_size\" is -64"));
  EXPECT_THAT(RefusalWith("/preprocessing/scale", "big"), HasSubstr("\"preprocessing.scale\""));
  EXPECT_THAT(RefusalWith("/preprocessing/mean", {1, 2}), HasSubstr("not a list of 3 numbers"));
  EXPECT_THAT(RefusalWith("/preprocessing/std", {1, 2, "3"}), HasSubstr("\"preprocessing.std\""));
}

TEST(ModelManifestTest, ListsTheWordsThatItKnows) {
  EXPECT_THAT(RefusalWith("/weights", "stolen"),
              AllOf(HasSubstr("\"stolen\""), HasSubstr("\"untrained\", \"starter\", \"imported\"")));
  EXPECT_THAT(RefusalWith("/preprocessing/interpolation", "cubic"), HasSubstr("\"nearest\""));
  EXPECT_THAT(RefusalWith("/preprocessing/resize_rule", 1), HasSubstr("\"stretch\""));
  EXPECT_THAT(RefusalWith("/preprocessing/channel_order", "RGB"), HasSubstr("\"rgb\", \"bgr\""));
}

TEST(ModelManifestTest, RefusesValuesOutOfRange) {
  EXPECT_THAT(RefusalWith("/name", ""), HasSubstr("\"name\""));
  EXPECT_THAT(RefusalWith("/name", "../etc"), HasSubstr("\"name\""));
  EXPECT_THAT(RefusalWith("/name", std::string(65, 'a')), HasSubstr("\"name\""));
  EXPECT_THAT(RefusalWith("/dimension", 0), HasSubstr("\"dimension\" is 0"));
  EXPECT_THAT(RefusalWith("/dimension", 65537), HasSubstr("\"dimension\" is 65537"));
  EXPECT_THAT(RefusalWith("/preprocessing/input_size", 5000), HasSubstr("input_size"));
  EXPECT_THAT(RefusalWith("/preprocessing/resize_size", 63), HasSubstr("resize_size"));
  EXPECT_THAT(RefusalWith("/preprocessing/scale", -1), HasSubstr("scale"));
  EXPECT_THAT(RefusalWith("/preprocessing/std", {1, 0, 1}), HasSubstr("std"));
}

TEST(ModelManifestTest, IdentityIsOfWhatChangesEmbeddingsOnly) {
  ModelManifest same = Example();
  same.description = "another";
  same.weights = WeightsProvenance::kImported;
  EXPECT_EQ(CanonicalModelFields(same), CanonicalModelFields(Example()));

  ModelManifest other = Example();
  other.preprocessing.mean[2] = std::nextafter(other.preprocessing.mean[2], 0.0f);
  EXPECT_NE(CanonicalModelFields(other), CanonicalModelFields(Example()));
}

}  // namespace
}  // namespace lookalike
