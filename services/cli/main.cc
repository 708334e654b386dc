// SPDX-License-Identifier: Apache-2.0
// lookalike: the command-line tool, and `lookalike serve`: everything in one process.
#include "services/cli/command.h"
#include "services/main_function.h"

int main(int argc, char** argv) {
  CLI::App app("Visual product search: a photo in, the catalog's most similar products out.", "lookalike");
  app.require_subcommand(1);
  app.footer(
      "A first try:\n"
      "  lookalike demo-catalog --count 300 catalog\n"
      "  lookalike serve --data-dir lookalike-data &\n"
      "  lookalike ingest --collection shop catalog/catalog.jsonl\n"
      "  lookalike search --collection shop --id sneaker-0001-view1\n\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage. `lookalike COMMAND --help` tells more.");
  lookalike::Command chosen;
  lookalike::AddServe(app, chosen);
  lookalike::AddIngest(app, chosen);
  lookalike::AddSearch(app, chosen);
  lookalike::AddGet(app, chosen);
  lookalike::AddDelete(app, chosen);
  lookalike::AddStats(app, chosen);
  lookalike::AddCollections(app, chosen);
  lookalike::AddCheck(app, chosen);
  lookalike::AddBackup(app, chosen);
  lookalike::AddRestore(app, chosen);
  lookalike::AddModel(app, chosen);
  lookalike::AddEmbed(app, chosen);
  lookalike::AddEval(app, chosen);
  lookalike::AddDemoCatalog(app, chosen);
  lookalike::AddBench(app, chosen);
  lookalike::AddCompletion(app, chosen);
  return lookalike::RunMain(app, argc, argv, [&] { return chosen(); });
}
