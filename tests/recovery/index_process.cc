// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/index_process.h"

#include <csignal>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

std::vector<std::string> CommandLine(const std::string& program, const std::string& data_directory,
                                     const std::vector<std::string>& flags, const std::string& kill_at) {
  std::vector<std::string> line;
  // It becomes the program: the process is the same.
  if (!kill_at.empty()) line = {"/usr/bin/env", absl::StrCat("LOOKALIKE_KILL_AT=", kill_at)};
  line.insert(line.end(), {program, "--data-dir", data_directory, "--grpc-address", "127.0.0.1:0", "--http-address",
                           "127.0.0.1:0"});
  line.insert(line.end(), flags.begin(), flags.end());
  return line;
}

}  // namespace

IndexProcess::IndexProcess(const std::string& program, const std::string& data_directory,
                           const std::vector<std::string>& flags, const std::string& kill_at)
    : process_(CommandLine(program, data_directory, flags, kill_at)) {}

std::optional<std::string> IndexProcess::WaitUntilListening() {
  const std::optional<std::string> line = process_.WaitForError(" listening program=");
  if (!line) return std::nullopt;
  return FieldOfLine(*line, "grpc");
}

int IndexProcess::Kill() {
  process_.Signal(SIGKILL);
  return process_.Wait();
}

int IndexProcess::Terminate() {
  process_.Signal(SIGTERM);
  return process_.Wait();
}

}  // namespace lookalike
