// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/child_process.h"

#include <cerrno>
#include <cstring>
#include <iostream>

#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

// The child's answer: a byte for the status code, then the result, or the error's message.
void WriteAnswer(int descriptor, const absl::StatusOr<std::string>& result) {
  std::string answer(1, static_cast<char>(result.status().code()));
  answer += result.ok() ? *result : std::string(result.status().message());
  for (size_t at = 0; at < answer.size();) {
    const ssize_t written = write(descriptor, answer.data() + at, answer.size() - at);
    if (written <= 0) return;  // the parent is gone
    at += static_cast<size_t>(written);
  }
}

std::string ReadAnswer(int descriptor) {
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(descriptor, buffer, sizeof(buffer))) > 0;) {
    answer.append(buffer, static_cast<size_t>(got));
  }
  return answer;
}

}  // namespace

absl::StatusOr<std::string> RunInChild(const std::function<absl::StatusOr<std::string>()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError(absl::StrCat("cannot make a pipe: ", std::strerror(errno)));
  std::cout.flush();  // or the child would have it too
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return absl::InternalError(absl::StrCat("cannot start a process: ", std::strerror(errno)));
  }
  if (child == 0) {
    close(ends[0]);
    WriteAnswer(ends[1], work());
    _exit(0);
  }
  close(ends[1]);
  const std::string answer = ReadAnswer(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (answer.empty()) return absl::InternalError(absl::StrCat("the process that measures died with status ", status));
  const auto code = static_cast<absl::StatusCode>(answer[0]);
  if (code == absl::StatusCode::kOk) return answer.substr(1);
  return absl::Status(code, answer.substr(1));
}

}  // namespace lookalike
