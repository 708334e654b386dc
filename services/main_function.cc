// SPDX-License-Identifier: Apache-2.0
#include "services/main_function.h"

#include <iostream>

namespace lookalike {

int RunMain(CLI::App& app, int argc, char** argv, const std::function<absl::Status()>& run) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help is an "error" of code 0.
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  const absl::Status status = run();
  if (status.ok()) return kExitOk;
  std::cerr << app.get_name() << ": " << status.message() << "\n";
  return kExitFailed;
}

}  // namespace lookalike
