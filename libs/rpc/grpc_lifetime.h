// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace lookalike {

// Starts the gRPC library and keeps it to the end of the process. By itself it stops when the last channel or server is
// gone, and the one who destroys that then waits up to 10 s for its sockets to be released (seen with gRPC 1.51 after
// messages of some MiB), which a program that is about to end need not.
void KeepGrpcRunning();

}  // namespace lookalike
