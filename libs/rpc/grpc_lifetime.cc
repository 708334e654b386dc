// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/grpc_lifetime.h"

#include <mutex>

#include <grpc/grpc.h>

namespace lookalike {

void KeepGrpcRunning() {
  static std::once_flag started;
  std::call_once(started, grpc_init);
}

}  // namespace lookalike
