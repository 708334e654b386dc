// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/shutdown_signal.h"

#include <pthread.h>
#include <signal.h>

namespace lookalike {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int ShutdownSignal::Wait() {
  const sigset_t signals = HandledSignals();
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  // One thread that does not block them is enough: the system delivers the next one there, and its default ends us.
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return signal_number;
}

}  // namespace lookalike
