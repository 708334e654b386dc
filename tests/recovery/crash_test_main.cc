// SPDX-License-Identifier: Apache-2.0
// crash_test: kills lookalike-index again and again, and checks after each start that nothing acknowledged is lost.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include "tests/recovery/harness.h"

namespace {

// In $TMPDIR or /tmp.
std::string NewFolder() {
  std::string name = std::filesystem::temp_directory_path() / "lookalike-crash-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder " + name);
  return name;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Kills lookalike-index again and again, and checks after each start that nothing is lost.",
               "crash_test");
  lookalike::CrashHarness::Options options;
  std::string keep;
  options.program = lookalike::ProgramPath("lookalike-index");
  app.add_option("--cycles", options.cycles, "Starts with load and a crash")->capture_default_str();
  app.add_option("--seed", options.seed, "Chooses everything but the clock")->capture_default_str();
  app.add_option("--allowed-misses", options.allowed_misses,
                 "Of the searches for items by their own embedding, the part that may miss in one check")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--keep", keep, "A folder, new or empty, for data, journals and logs: kept whatever happens");
  app.add_option("--program", options.program, "lookalike-index")->capture_default_str()->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  try {
    options.folder = keep.empty() ? NewFolder() : keep;
    std::filesystem::create_directories(options.folder);
    if (!std::filesystem::is_empty(options.folder)) {
      std::cerr << "--keep: " << keep << " is not empty" << std::endl;
      return 2;
    }
    const bool good = lookalike::CrashHarness(options).Run();
    if (good && keep.empty()) std::filesystem::remove_all(options.folder);
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "crash_test: " << error.what() << std::endl;
    return 1;
  }
}
