// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// How long a test waits for something that must happen. Far above what it takes, so that only a fault meets it.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// A program that runs as a child process, and all that it has written so far. Killed, if it still runs, when the object
// goes, and by the system when the test's own process dies. To be started from the test's main thread only.
class Process {
 public:
  // `arguments[0]` is the program's path. Throws std::runtime_error, which GoogleTest reports, where there is none.
  explicit Process(std::vector<std::string> arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits for a line of standard output, or of standard error, that contains `text`, and returns it. Nothing where the
  // program ends without one, or kPatience passes.
  std::optional<std::string> WaitForOutput(absl::string_view text) { return WaitForLine(output_, text); }
  std::optional<std::string> WaitForError(absl::string_view text) { return WaitForLine(errors_, text); }

  // Everything written so far; after Wait(), everything.
  std::string output() { return TextOf(output_); }
  std::string errors() { return TextOf(errors_); }

  // SIGTERM, SIGKILL, SIGSTOP, …; after SIGSTOP the program stands still when this returns.
  void Signal(int number) const;

  // Waits for the end; its exit code, or 128 + the signal that killed it, as a shell has it. A program that has not
  // ended after kPatience is killed.
  int Wait();

 private:
  // One of the two texts that the program writes, read on a thread of its own until the program ends.
  struct Stream {
    int descriptor = -1;
    std::string text;
    bool ended = false;
    std::thread reader;
  };

  void Read(Stream& stream);
  std::optional<std::string> WaitForLine(Stream& stream, absl::string_view text);
  std::string TextOf(Stream& stream);

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  Mutex mutex_;  // of what the readers write: text and ended
  CondVar changed_;
  Stream output_;
  Stream errors_;
};

// What a program that has ended has left.
struct Ended {
  int exit_code;
  std::string output;
  std::string errors;
};
void PrintTo(const Ended& ended, std::ostream* out);  // for GoogleTest

// Runs a program to its end.
Ended RunToEnd(std::vector<std::string> arguments);

// The path of one of the project's programs: in the folder that LOOKALIKE_BIN_DIR names, or where the build puts them.
std::string ProgramPath(const std::string& name);

// The value of a field of a log line: "127.0.0.1:7700" for "grpc" of "listening grpc=127.0.0.1:7700 http=…". Throws
// std::runtime_error where there is none of that name.
std::string FieldOfLine(const std::string& line, const std::string& name);

}  // namespace lookalike
