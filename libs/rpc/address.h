// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// Where a server listens or is called. `host` is an IPv4 or IPv6 address (without brackets) or a name.
struct Address {
  std::string host;
  uint16_t port = 0;

  // "127.0.0.1:7700", "[::1]:7700".
  std::string ToString() const;
};

// Reads "host:port" or "[ipv6]:port". The host "localhost" becomes 127.0.0.1, which is where our servers listen: asking
// a resolver gives ::1 as well, where nobody does. InvalidArgument, quoting `text`, for anything else.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

bool IsIpv4(const Address& address);
bool IsIpv6(const Address& address);

// 127.0.0.0/8 and ::1: nothing outside this machine can connect to it.
bool IsLoopback(const Address& address);

// InvalidArgument, saying what to do, where a server without TLS and keys would be open to other machines.
absl::Status RefuseUnlessLoopback(const Address& address, bool insecure_ok);

// The reason why a server could not listen on `address`, found by trying again: AlreadyExists where the port is taken,
// InvalidArgument where the address is not this machine's, PermissionDenied for a port below 1024, else Unavailable.
absl::Status WhyCannotListen(const Address& address);

}  // namespace lookalike
