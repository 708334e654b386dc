// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace lookalike {

// Turns SIGTERM and SIGINT into an orderly end of a program:
//   ShutdownSignal shutdown;          // first thing in main(), before any thread is started
//   …start the servers…
//   shutdown.Wait();
//   …drain and return…
// A second signal, while the program drains, ends it at once, as an impatient Ctrl-C should.
class ShutdownSignal {
 public:
  // Blocks both signals in this thread and so in all that it starts; they stay blocked when this is destroyed.
  ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;

  // Returns the number of the first signal, SIGTERM or SIGINT, also when it came before the call. To be called once.
  int Wait();
};

}  // namespace lookalike
