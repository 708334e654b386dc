// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/value.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/recovery/random.h"

namespace lookalike {
namespace {

constexpr double kEmbeddingTolerance = 1e-6;
constexpr uint64_t kOneTwinIn = 16;
constexpr uint64_t kTwinEmbeddings = 3;

// Each part of an item has a seed of its own, so that one can be computed without the others.
enum Part : uint64_t { kFacts = 1, kEmbedding, kTwinEmbedding, kCollectionAxis, kDigest, kLength, kImages };

uint64_t Seed(Part part, const std::string& collection, const std::string& id, Version version) {
  return MixSeeds({part, SeedOf(collection), SeedOf(id), version});
}

// Box and Muller's way from uniform to normal numbers.
void AddNormals(uint64_t seed, double weight, std::vector<double>& values) {
  Random random(seed);
  for (double& value : values) {
    const double radius = std::sqrt(-2 * std::log(1 - random.Fraction()));
    value += weight * radius * std::cos(2 * std::numbers::pi * random.Fraction());
  }
}

// What stands for the id where a part of one of its images is made; the first is the item's own.
std::string NameOfImage(const std::string& id, size_t image) { return image == 0 ? id : absl::StrCat(id, "\n", image); }

std::string Digest(const std::string& collection, const std::string& id, Version version, size_t image) {
  Random random(Seed(kDigest, collection, NameOfImage(id, image), version));
  if (random.Chance(0.5)) return "";
  std::string digest;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&digest, "%016x", random.Below(~uint64_t{0}));
  return digest;
}

void SetAttributes(const std::string& collection, Version version, const Facts& facts, v1::Item& item) {
  auto& attributes = *item.mutable_attributes();
  attributes["version"].set_number_value(static_cast<double>(version));
  attributes["collection"].set_string_value(collection);
  attributes["color"].set_string_value(facts.color);
  attributes["price"].set_number_value(facts.price);
  attributes["in_stock"].set_bool_value(facts.in_stock);
  if (facts.size) attributes["size"].set_number_value(*facts.size);
  for (const std::string& tag : facts.tags) {
    attributes["tags"].mutable_list_value()->add_values()->set_string_value(tag);
  }
}

Judgement Fault(Version version, Wholeness wholeness, std::string problem) {
  return {wholeness, version, std::move(problem)};
}

Judgement JudgeEmbedding(const Embedding& wanted, const v1::ItemImage& found, Version version) {
  const auto& values = found.embedding().values();
  const auto zero = [](float value) { return value == 0; };
  if (std::all_of(values.begin(), values.end(), zero)) {
    return Fault(version, Wholeness::kZeroed, absl::StrCat("an embedding of ", values.size(), " zeros"));
  }
  if (static_cast<size_t>(values.size()) != wanted.size()) {
    return Fault(version, Wholeness::kMixed, absl::StrCat("an embedding of ", values.size(), " values"));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double value = values[static_cast<int>(i)];
    if (std::abs(value - wanted[i]) <= kEmbeddingTolerance) continue;
    return Fault(version, Wholeness::kMixed,
                 absl::StrCat("embedding value ", i, " is ", value, ", the version's is ", wanted[i]));
  }
  return {.version = version, .problem = ""};
}

}  // namespace

Version MakeVersion(uint64_t cycle, uint64_t thread, uint64_t number) {
  return (cycle % (1 << 20)) << 32 | thread << 24 | number;
}

std::string VersionText(Version version) {
  if (version == kAbsent) return "absent";
  return absl::StrCat(version >> 32, ".", version >> 24 & 0xFF, ".", version & 0xFFFFFF);
}

const std::vector<std::string>& Colors() {
  static const auto& colors = *new std::vector<std::string>{"black", "white", "red", "navy", "sand"};
  return colors;
}

const std::vector<std::string>& Tags() {
  static const auto& tags = *new std::vector<std::string>{"new", "sale", "vegan", "kids"};
  return tags;
}

Facts MakeFacts(const std::string& collection, const std::string& id, Version version) {
  Random random(Seed(kFacts, collection, id, version));
  Facts facts;
  facts.color = random.Pick(Colors());
  facts.price = static_cast<double>(random.Below(4000)) / 4;
  facts.in_stock = random.Chance(0.8);
  for (const std::string& tag : Tags()) {
    if (random.Chance(0.2)) facts.tags.push_back(tag);
  }
  if (random.Chance(0.5)) facts.size = static_cast<double>(random.Between(30, 50));
  return facts;
}

size_t ImageCount(const std::string& collection, const std::string& id, Version version) {
  Random random(Seed(kImages, collection, id, version));
  return random.Chance(0.125) ? random.Between(2, 4) : 1;
}

Embedding MakeEmbedding(const std::string& collection, size_t dimension, const std::string& id, Version version,
                        size_t image) {
  std::vector<double> values(dimension);
  const bool twin = image == 0 && SeedOf(id) % kOneTwinIn == 0;
  const uint64_t own = twin ? Seed(kTwinEmbedding, collection, "", version % kTwinEmbeddings)
                            : Seed(kEmbedding, collection, NameOfImage(id, image), version);
  AddNormals(own, 1, values);
  // What all items of a catalog have in common: without it there is nothing for a centred collection to subtract.
  AddNormals(Seed(kCollectionAxis, collection, "", 0), 0.3, values);
  double squares = 0;
  for (const double value : values) squares += value * value;
  Embedding embedding;
  for (const double value : values) embedding.push_back(static_cast<float>(value / std::sqrt(squares)));
  return embedding;
}

v1::Item MakeItem(const std::string& collection, size_t dimension, const std::string& id, Version version) {
  v1::Item item;
  item.set_id(id);
  SetAttributes(collection, version, MakeFacts(collection, id, version), item);
  const float length = 0.5f + 3 * static_cast<float>(Random(Seed(kLength, collection, id, version)).Fraction());
  for (size_t i = 0; i < ImageCount(collection, id, version); ++i) {
    v1::ItemImage& image = *item.add_images();
    image.set_digest(Digest(collection, id, version, i));
    for (const float value : MakeEmbedding(collection, dimension, id, version, i)) {
      image.mutable_embedding()->add_values(value * length);
    }
  }
  return item;
}

Version ClaimedVersion(const google::protobuf::Map<std::string, google::protobuf::Value>& attributes) {
  const auto version = attributes.find("version");
  return version == attributes.end() ? kAbsent : static_cast<Version>(version->second.number_value());
}

Judgement Judge(const std::string& collection, size_t dimension, const v1::Item& found, Parts parts) {
  const Version version = ClaimedVersion(found.attributes());
  if (version == kAbsent) {
    return Fault(kAbsent, found.attributes().empty() ? Wholeness::kZeroed : Wholeness::kMixed, "names no version");
  }
  v1::Item wanted;
  SetAttributes(collection, version, MakeFacts(collection, found.id(), version), wanted);
  if (found.attributes().size() != wanted.attributes().size()) {
    return Fault(version, Wholeness::kMixed, absl::StrCat(found.attributes().size(), " attributes"));
  }
  for (const auto& [name, value] : wanted.attributes()) {
    const auto same = found.attributes().find(name);
    if (same != found.attributes().end() && same->second.SerializeAsString() == value.SerializeAsString()) continue;
    return Fault(version, Wholeness::kMixed, absl::StrCat("attribute ", name, " is not the version's"));
  }
  if (!parts.digest && !parts.embedding) return {.version = version, .problem = ""};
  if (found.images_size() != static_cast<int>(ImageCount(collection, found.id(), version))) {
    return Fault(version, Wholeness::kMixed, absl::StrCat(found.images_size(), " images"));
  }
  for (int i = 0; i < found.images_size(); ++i) {
    const v1::ItemImage& image = found.images(i);
    if (parts.digest && image.digest() != Digest(collection, found.id(), version, i)) {
      return Fault(version, Wholeness::kMixed, absl::StrCat("digest of image ", i, " is \"", image.digest(), "\""));
    }
    if (!parts.embedding) continue;
    Judgement judgement = JudgeEmbedding(MakeEmbedding(collection, dimension, found.id(), version, i), image, version);
    if (judgement.wholeness != Wholeness::kWhole) return judgement;
  }
  return {.version = version, .problem = ""};
}

v1::Item ItemOf(const v1::ScoredItem& scored) {
  v1::Item item;
  item.set_id(scored.id());
  *item.mutable_attributes() = scored.attributes();
  return item;
}

double Cosine(const Embedding& a, const Embedding& b) {
  double product = 0;
  for (size_t i = 0; i < a.size(); ++i) product += static_cast<double>(a[i]) * b[i];
  return product;
}

}  // namespace lookalike
