// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/cbor_writer.h"

#include <limits>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

using nlohmann::json;

// The oracle: another writer of CBOR, which takes the shortest form as well.
std::string Expected(const json& document) {
  std::string bytes;
  json::to_cbor(document, bytes);
  return bytes;
}

template <class Work>
std::string Written(const Work& work) {
  std::string bytes;
  CborWriter cbor(bytes);
  work(cbor);
  return bytes;
}

TEST(CborWriterTest, IntegersTakeTheShortestForm) {
  for (const uint64_t value : {0ull, 23ull, 24ull, 255ull, 256ull, 65535ull, 65536ull, 4294967295ull, 4294967296ull,
                               std::numeric_limits<unsigned long long>::max()}) {
    EXPECT_EQ(Written([&](CborWriter& cbor) { cbor.Unsigned(value); }), Expected(value)) << value;
  }
}

TEST(CborWriterTest, NumbersKeepEveryBit) {
  for (const double value : {0.0, -0.0, 0.5, 79.9, -1e300, 1e-320, 3.4028234663852886e38, 3.5e38, 16777217.0,
                             std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(Written([&](CborWriter& cbor) { cbor.Double(value); }), Expected(value)) << value;
  }
}

TEST(CborWriterTest, TextsOfEveryLengthOfHead) {
  for (const size_t size : {0u, 23u, 24u, 255u, 256u, 70'000u}) {
    const std::string text(size, 'x');
    EXPECT_EQ(Written([&](CborWriter& cbor) { cbor.Text(text); }), Expected(text)) << size;
  }
}

TEST(CborWriterTest, ADocument) {
  const std::string written = Written([](CborWriter& cbor) {
    cbor.Map(3);
    cbor.Text("list");
    cbor.Array(2);
    cbor.Text("a");
    cbor.Text("bé");
    cbor.Text("no");
    cbor.Bool(false);
    cbor.Text("yes");
    cbor.Bool(true);
  });
  EXPECT_EQ(written, Expected({{"list", {"a", "bé"}}, {"no", false}, {"yes", true}}));
}

}  // namespace
}  // namespace lookalike
