// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/address.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

bool IsAddressOfFamily(int family, const std::string& host) {
  in6_addr binary;  // the larger of the two
  return inet_pton(family, host.c_str(), &binary) == 1;
}

absl::Status StatusOfBindError(int error, const Address& address) {
  const std::string where = absl::StrCat("address ", address.ToString());
  switch (error) {
    case EADDRINUSE:
      return absl::AlreadyExistsError(absl::StrCat(where, " is in use by another program"));
    case EADDRNOTAVAIL:
      return absl::InvalidArgumentError(absl::StrCat(where, " is not an address of this machine"));
    case EACCES:
      return absl::PermissionDeniedError(absl::StrCat(where, " needs a privilege (ports below 1024 do)"));
    default:
      return absl::UnavailableError(absl::StrCat(where, " cannot be listened on: ", std::strerror(error)));
  }
}

}  // namespace

std::string Address::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const auto refuse = [text](absl::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat("address \"", text, "\" ", problem, "; wanted host:port"));
  };
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return refuse("has no port");

  const absl::string_view port_text = text.substr(colon + 1);
  uint32_t port = 0;
  const bool digits_only = !port_text.empty() && absl::ascii_isdigit(port_text[0]);
  if (!digits_only || !absl::SimpleAtoi(port_text, &port) || port > 65535) {
    return refuse("has no port from 0 to 65535");
  }

  Address address{std::string(text.substr(0, colon)), static_cast<uint16_t>(port)};
  if (absl::StartsWith(address.host, "[") && absl::EndsWith(address.host, "]")) {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (!IsIpv6(address)) return refuse("has no IPv6 address between its brackets");
    return address;
  }
  if (address.host.empty()) return refuse("has no host");
  const bool plain = address.host.find_first_of("[]:/, \t\n") == std::string::npos;
  if (!plain) return refuse("has a host that is neither a name, nor an IPv4 address, nor an IPv6 address in brackets");
  if (address.host == "localhost") address.host = "127.0.0.1";
  return address;
}

bool IsIpv4(const Address& address) { return IsAddressOfFamily(AF_INET, address.host); }
bool IsIpv6(const Address& address) { return IsAddressOfFamily(AF_INET6, address.host); }

bool IsLoopback(const Address& address) {
  if (IsIpv4(address)) return absl::StartsWith(address.host, "127.");
  in6_addr binary;
  return inet_pton(AF_INET6, address.host.c_str(), &binary) == 1 && IN6_IS_ADDR_LOOPBACK(&binary);
}

absl::Status RefuseUnlessLoopback(const Address& address, bool insecure_ok) {
  if (insecure_ok || IsLoopback(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("address ", address.ToString(),
                   " can be reached from other machines, and this server has neither TLS nor keys: listen on 127.0.0.1,"
                   " or pass --insecure if the network keeps strangers out"));
}

absl::Status WhyCannotListen(const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int unresolved = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (unresolved != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("address ", address.ToString(), " cannot be resolved: ", gai_strerror(unresolved)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);

  const int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return StatusOfBindError(errno, address);
  // As the servers do, so that connections of an earlier program that linger do not look like a program that listens.
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const int error = bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  close(descriptor);
  if (error != 0) return StatusOfBindError(error, address);
  return absl::UnavailableError(absl::StrCat("address ", address.ToString(), " cannot be listened on"));
}

}  // namespace lookalike
