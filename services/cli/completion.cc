// SPDX-License-Identifier: Apache-2.0
// `lookalike completion`: what a shell needs to complete commands and flags, made from the commands themselves.
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/cli/command.h"

namespace lookalike {
namespace {

// A command as it is typed, "bench index", and what may come next: its subcommands and flags.
struct CommandWords {
  std::string command;
  std::vector<std::string> words;
};

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back(absl::StrCat("--", name));
  }
  return flags;
}

// Subcommands without a name are groups of options.
void Collect(const CLI::App& app, const std::string& command, std::vector<CommandWords>& commands) {
  CommandWords own{command, FlagsOf(app)};
  std::vector<CommandWords> below;
  for (const CLI::App* part : app.get_subcommands(nullptr)) {
    if (part->get_name().empty() || part->get_group().empty()) {
      const std::vector<std::string> flags = FlagsOf(*part);
      own.words.insert(own.words.end(), flags.begin(), flags.end());
      continue;
    }
    own.words.push_back(part->get_name());
    Collect(*part, absl::StrCat(command, command.empty() ? "" : " ", part->get_name()), below);
  }
  commands.push_back(std::move(own));
  commands.insert(commands.end(), below.begin(), below.end());
}

// What is no command or flag is completed as a file's name (-o default).
std::string BashScript(const CLI::App& app) {
  std::vector<CommandWords> commands;
  Collect(app, "", commands);
  std::string known, words;
  for (const CommandWords& one : commands) {
    if (!one.command.empty()) absl::StrAppend(&known, known.empty() ? "" : "|", "\"", one.command, "\"");
    absl::StrAppend(&words, "    \"", one.command, "\") words=\"", absl::StrJoin(one.words, " "), "\" ;;\n");
  }
  return absl::StrCat(
      "_lookalike() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} command= word words=\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"${command:+$command }$word\" in\n      ",
      known,
      ") command=\"${command:+$command }$word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n",
      words,
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}\n"
      "complete -o default -F _lookalike lookalike\n");
}

// zsh runs bash's completions.
std::string ZshScript(const CLI::App& app) {
  return absl::StrCat("autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n",
                      BashScript(app));
}

}  // namespace

void AddCompletion(CLI::App& app, Command& chosen) {
  CLI::App& completion = *app.add_subcommand("completion", "Print what a shell needs to complete commands and flags");
  completion.require_subcommand(1);
  completion.footer(
      "Add to ~/.bashrc or ~/.zshrc:\n  source <(lookalike completion bash)\n  source <(lookalike completion zsh)");
  using Script = std::string (*)(const CLI::App&);
  const auto add = [&](const std::string& shell, Script script) {
    completion.add_subcommand(shell, absl::StrCat("For ", shell))->callback([&app, &chosen, script] {
      chosen = [&app, script] {
        std::cout << script(app);
        return absl::OkStatus();
      };
    });
  };
  add("bash", BashScript);
  add("zsh", ZshScript);
}

}  // namespace lookalike
