// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

std::string Parsed(absl::string_view text) { return ParseAddress(text).value().ToString(); }

std::string RefusalOf(absl::string_view text) {
  const absl::StatusOr<Address> address = ParseAddress(text);
  EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_THAT(std::string(address.status().message()), HasSubstr(absl::StrCat("\"", text, "\"")));
  return std::string(address.status().message());
}

TEST(AddressTest, ReadsNamesAndAddresses) {
  EXPECT_EQ(Parsed("127.0.0.1:7700"), "127.0.0.1:7700");
  EXPECT_EQ(Parsed("[::1]:65535"), "[::1]:65535");
  EXPECT_EQ(Parsed("encoder.shop.svc:0"), "encoder.shop.svc:0");
}

TEST(AddressTest, TakesLocalhostForTheAddressThatServersListenOn) {
  EXPECT_EQ(Parsed("localhost:7700"), "127.0.0.1:7700");
}

TEST(AddressTest, RefusesWhatIsNotHostAndPort) {
  EXPECT_THAT(RefusalOf(""), HasSubstr("has no port"));
  EXPECT_THAT(RefusalOf("127.0.0.1"), HasSubstr("has no port"));
  EXPECT_THAT(RefusalOf(":7700"), HasSubstr("has no host"));
  for (const char* text : {"host:", "host:-1", "host:+1", "host: 1", "host:65536", "host:http", "host:77x"}) {
    EXPECT_THAT(RefusalOf(text), HasSubstr("no port from 0 to 65535"));
  }
  EXPECT_THAT(RefusalOf("[nonsense]:1"), HasSubstr("no IPv6 address between its brackets"));
  for (const char* text : {"::1:7700", "http://host:7700", "a b:7700", "a:1,b:2"}) {
    EXPECT_THAT(RefusalOf(text), HasSubstr("neither a name"));
  }
}

TEST(AddressTest, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1"}) {
    EXPECT_TRUE(IsLoopback(ParseAddress(text).value())) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.example.com:1", "shop:1"}) {
    EXPECT_FALSE(IsLoopback(ParseAddress(text).value())) << text;
  }
}

TEST(AddressTest, OpensToOtherMachinesOnlyWhenTold) {
  const Address open{"0.0.0.0", 7700};
  EXPECT_TRUE(RefuseUnlessLoopback(open, true).ok());
  EXPECT_TRUE(RefuseUnlessLoopback({"127.0.0.1", 7700}, false).ok());
  const absl::Status refused = RefuseUnlessLoopback(open, false);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("pass --insecure"));
}

TEST(AddressTest, SaysThatAnAddressIsAnotherMachines) {
  const absl::Status status = WhyCannotListen({"192.0.2.1", 7700});  // reserved for documentation
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "address 192.0.2.1:7700 is not an address of this machine");
}

}  // namespace
}  // namespace lookalike
