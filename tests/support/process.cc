// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include <csignal>
#include <cstdlib>
#include <ostream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace lookalike {
namespace {

// What the child's exec() leaves behind if it fails: the code that a shell uses.
constexpr int kCannotExecute = 127;

struct Pipe {
  // Closed on exec, so that no other child holds the writing end open after this one's end.
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  int ends[2];
};

// Between fork() and exec(): only calls that are safe there.
[[noreturn]] void BecomeProgram(char* const* arguments, const Pipe& output, const Pipe& errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output.ends[1], STDOUT_FILENO);
  dup2(errors.ends[1], STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kCannotExecute);
}

}  // namespace

Process::Process(std::vector<std::string> arguments) {
  if (access(arguments[0].c_str(), X_OK) != 0) throw std::runtime_error("there is no program " + arguments[0]);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const Pipe output, errors;
  pid_ = fork();
  if (pid_ == 0) BecomeProgram(pointers.data(), output, errors);
  close(output.ends[1]);
  close(errors.ends[1]);
  if (pid_ < 0) throw std::runtime_error("fork failed");
  output_.descriptor = output.ends[0];
  errors_.descriptor = errors.ends[0];
  for (Stream* stream : {&output_, &errors_}) stream->reader = std::thread([this, stream] { Read(*stream); });
}

Process::~Process() {
  if (!exit_code_) Signal(SIGKILL);
  Wait();
}

void Process::Read(Stream& stream) {
  char buffer[4096];
  for (ssize_t size; (size = read(stream.descriptor, buffer, sizeof(buffer))) > 0;) {
    MutexLock lock(mutex_);
    stream.text.append(buffer, static_cast<size_t>(size));
    changed_.NotifyAll();
  }
  close(stream.descriptor);
  MutexLock lock(mutex_);
  stream.ended = true;
  changed_.NotifyAll();
}

std::optional<std::string> Process::WaitForLine(Stream& stream, absl::string_view text) {
  const absl::Time deadline = absl::Now() + kPatience;
  MutexLock lock(mutex_);
  for (bool in_time = true;; in_time = changed_.WaitUntil(mutex_, deadline)) {
    std::vector<std::string> lines = absl::StrSplit(stream.text, '\n');
    lines.pop_back();  // what comes after the last line's end is not a line yet
    for (const std::string& line : lines) {
      if (absl::StrContains(line, text)) return line;
    }
    if (stream.ended || !in_time) return std::nullopt;
  }
}

std::string Process::TextOf(Stream& stream) {
  MutexLock lock(mutex_);
  return stream.text;
}

void Process::Signal(int number) const {
  kill(pid_, number);
  // Until every thread stands still, some may go on working. WNOWAIT: Wait() hears of an end all the same.
  siginfo_t info;
  if (number == SIGSTOP) waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT);
}

int Process::Wait() {
  if (exit_code_) return *exit_code_;
  {
    const absl::Time deadline = absl::Now() + kPatience;
    MutexLock lock(mutex_);
    while (!(output_.ended && errors_.ended) && changed_.WaitUntil(mutex_, deadline)) continue;
    if (!output_.ended || !errors_.ended) Signal(SIGKILL);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  output_.reader.join();
  errors_.reader.join();
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_code_;
}

void PrintTo(const Ended& ended, std::ostream* out) {
  *out << "exit code " << ended.exit_code << ", standard output \"" << ended.output << "\", standard error \""
       << ended.errors << "\"";
}

Ended RunToEnd(std::vector<std::string> arguments) {
  Process process(std::move(arguments));
  const int exit_code = process.Wait();
  return {exit_code, process.output(), process.errors()};
}

std::string ProgramPath(const std::string& name) {
  const char* folder = std::getenv("LOOKALIKE_BIN_DIR");
  return std::string(folder != nullptr ? folder : LOOKALIKE_BUILT_PROGRAMS) + "/" + name;
}

std::string FieldOfLine(const std::string& line, const std::string& name) {
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    absl::string_view value = word;
    if (absl::ConsumePrefix(&value, name + "=")) return std::string(value);
  }
  throw std::runtime_error("no " + name + "= in: " + line);
}

}  // namespace lookalike
