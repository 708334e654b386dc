// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/channel.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "libs/rpc/address.h"
#include "libs/rpc/grpc_lifetime.h"

namespace lookalike {
namespace {

absl::Status Refuse(absl::string_view target, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("target \"", target, "\": ", problem));
}

absl::StatusOr<std::string> TargetOfName(absl::string_view target, absl::string_view name) {
  const absl::StatusOr<Address> address = ParseAddress(name);
  if (!address.ok()) return Refuse(target, address.status().message());
  if (address->port == 0) return Refuse(target, "port 0 cannot be called");
  return absl::StrCat("dns:///", address->ToString());
}

absl::StatusOr<std::string> TargetOfList(absl::string_view target) {
  std::vector<std::string> parts;
  int ipv4 = 0, ipv6 = 0;
  for (const absl::string_view part : absl::StrSplit(target, ',')) {
    const absl::StatusOr<Address> address = ParseAddress(part);
    if (!address.ok()) return Refuse(target, address.status().message());
    if (address->port == 0) return Refuse(target, absl::StrCat(part, ": port 0 cannot be called"));
    if (IsIpv4(*address)) {
      ++ipv4;
    } else if (IsIpv6(*address)) {
      ++ipv6;
    } else {
      return Refuse(
          target, absl::StrCat("a list takes IP addresses, and ", address->host,
                               " is a name: give one name for all servers, as dns:///", part, ", or their addresses"));
    }
    parts.push_back(address->ToString());
  }
  if (ipv4 > 0 && ipv6 > 0) return Refuse(target, "a list takes IPv4 addresses or IPv6 addresses, not both");
  if (ipv4 > 0) return absl::StrCat("ipv4:", absl::StrJoin(parts, ","));
  // Brackets are not allowed in this part of a URI.
  return absl::StrCat("ipv6:", absl::StrReplaceAll(absl::StrJoin(parts, ","), {{"[", "%5B"}, {"]", "%5D"}}));
}

absl::StatusOr<std::string> GrpcTarget(absl::string_view target) {
  if (absl::StartsWith(target, "dns:///")) return TargetOfName(target, absl::StripPrefix(target, "dns:///"));
  if (absl::StrContains(target, ',')) return TargetOfList(target);
  const absl::StatusOr<Address> address = ParseAddress(target);
  const bool is_ip = address.ok() && (IsIpv4(*address) || IsIpv6(*address));
  return is_ip ? TargetOfList(target) : TargetOfName(target, target);
}

// https://github.com/grpc/grpc/blob/master/doc/service_config.md
std::string ServiceConfig(const ChannelOptions& options) {
  nlohmann::json config;
  config["loadBalancingConfig"] = nlohmann::json::array({{{"round_robin", nlohmann::json::object()}}});
  config["healthCheckConfig"] = {{"serviceName", options.service}};
  if (!options.idempotent_methods.empty()) {
    nlohmann::json names = nlohmann::json::array();
    for (const std::string& method : options.idempotent_methods) {
      names.push_back({{"service", options.service}, {"method", method}});
    }
    const nlohmann::json retry = {{"maxAttempts", 4},
                                  {"initialBackoff", "0.05s"},
                                  {"maxBackoff", "1s"},
                                  {"backoffMultiplier", 3},
                                  {"retryableStatusCodes", {"UNAVAILABLE"}}};
    config["methodConfig"] = nlohmann::json::array({{{"name", names}, {"retryPolicy", retry}}});
  }
  return config.dump();
}

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

grpc::ChannelArguments Arguments(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(options));
  arguments.SetMaxReceiveMessageSize(options.max_receive_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_send_message_bytes);
  // A call is tried again only while its request is still held here, and gRPC holds 256 KiB: less than a photo.
  arguments.SetInt(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE, options.max_send_message_bytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kClientPingInterval));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kPingTimeout));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // In spite of its name, how long one attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(absl::string_view target, const ChannelOptions& options) {
  const absl::StatusOr<std::string> grpc_target = GrpcTarget(target);
  if (!grpc_target.ok()) return grpc_target.status();
  KeepGrpcRunning();
  return grpc::CreateCustomChannel(*grpc_target, grpc::InsecureChannelCredentials(), Arguments(options));
}

}  // namespace lookalike
