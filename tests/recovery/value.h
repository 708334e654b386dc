// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lookalike/v1/item.pb.h"

#include "libs/vector/embedding.h"

// What the harness writes. Everything of an item follows from (collection, id, version), so that a value read back
// tells which write it is from, and whether it is that write's whole value.
namespace lookalike {

// Which write a value is from; never used twice in a run. Its parts are for people who read a journal.
using Version = uint64_t;
// The version of an item that is not there.
inline constexpr Version kAbsent = 0;

// cycle < 2^20, thread < 2^8, number < 2^24, from 1. The sum stays below 2^53: it travels as a double.
Version MakeVersion(uint64_t cycle, uint64_t thread, uint64_t number);
// "cycle.thread.number", or "absent".
std::string VersionText(Version version);

// The attributes of an item, as filters see them.
struct Facts {
  std::string color;
  double price = 0;  // 0 to 999.75, in quarters
  bool in_stock = false;
  std::vector<std::string> tags;  // may be empty: then the item has no such attribute
  std::optional<double> size;
};
const std::vector<std::string>& Colors();
const std::vector<std::string>& Tags();

Facts MakeFacts(const std::string& collection, const std::string& id, Version version);

// One, of one version in eight two to four: so that images come and go, and there are not many more than items, which
// a search by an embedding of random values would begin to miss.
size_t ImageCount(const std::string& collection, const std::string& id, Version version);

// Of one of the item's images, normalised. The first of one id in sixteen has a twin's embedding: one of three that
// such ids of the collection share.
Embedding MakeEmbedding(const std::string& collection, size_t dimension, const std::string& id, Version version,
                        size_t image = 0);

// The item as it is sent. Its embeddings are not of length 1: that is the store's work.
v1::Item MakeItem(const std::string& collection, size_t dimension, const std::string& id, Version version);

// The version that an item's attributes claim; kAbsent where they claim none.
Version ClaimedVersion(const google::protobuf::Map<std::string, google::protobuf::Value>& attributes);

enum class Wholeness { kWhole, kZeroed, kMixed };

struct Judgement {
  Wholeness wholeness = Wholeness::kWhole;
  Version version = kAbsent;  // that the item claims to be
  std::string problem;        // in words; empty where it is whole
};

// Whether an item is in every part what its version made of it. Embeddings are compared, within 1e-6 a value, where
// `with_embedding`; the digest where `with_digest`, since results of a search have none.
struct Parts {
  bool embedding = false;
  bool digest = true;
};
Judgement Judge(const std::string& collection, size_t dimension, const v1::Item& found, Parts parts);

// A result of a search as an item, for Judge().
v1::Item ItemOf(const v1::ScoredItem& scored);

double Cosine(const Embedding& a, const Embedding& b);

}  // namespace lookalike
