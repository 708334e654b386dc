// SPDX-License-Identifier: Apache-2.0
// An echo server for tests to kill. Prints its process and port, and serves until then.
#include <cstdio>

#include <unistd.h>

#include "tests/unit/libs/rpc/echo_server.h"

int main() {
  lookalike::EchoServer echo;
  std::printf("%d %d\n", getpid(), echo.server->port());
  std::fflush(stdout);
  while (true) pause();
}
