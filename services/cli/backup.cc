// SPDX-License-Identifier: Apache-2.0
// `lookalike backup` and `lookalike restore`.
#include <cstdio>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"

#include "libs/catalog/storage.h"
#include "libs/file/blocks.h"
#include "libs/file/published_file.h"
#include "services/cli/command.h"
#include "services/cli/index_connection.h"

namespace lookalike {
namespace {

constexpr char kStandardStream[] = "-";  // in the place of a file's name

struct BackupOptions {
  IndexConnection index;
  std::string output;
};

struct RestoreOptions {
  std::string input;
  std::string data_directory;
  bool check = false;  // instead of restoring
};

// Tells people, on standard error where standard output carries the backup.
void Tell(const BackupOptions& options, uint64_t bytes) {
  std::ostream& out = options.output == kStandardStream ? std::cerr : std::cout;
  out << "wrote " << options.output << ": " << bytes << " bytes\n";
}

absl::Status BackupToStandardOutput(BackupOptions& options) {
  uint64_t bytes = 0;
  const auto write = [&](absl::string_view piece) {
    bytes += piece.size();
    if (std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size()) return absl::OkStatus();
    return absl::ResourceExhaustedError("standard output takes no more");
  };
  absl::Status status = options.index.client().Backup(write, options.index.deadline());
  if (!status.ok()) return options.index.Explain(status);
  if (std::fflush(stdout) != 0) return absl::ResourceExhaustedError("standard output takes no more");
  Tell(options, bytes);
  return absl::OkStatus();
}

absl::Status BackupToFile(BackupOptions& options) {
  absl::StatusOr<std::unique_ptr<PublishedFile>> file = PublishedFile::Create(options.output);
  if (!file.ok()) return file.status();
  const absl::Status received = options.index.client().Backup(
      [&](absl::string_view piece) { return (*file)->Append(piece); }, options.index.deadline());
  if (!received.ok()) return options.index.Explain(received);
  if (absl::Status status = (*file)->Publish(); !status.ok()) return status;
  Tell(options, (*file)->size());
  return absl::OkStatus();
}

absl::Status Backup(BackupOptions& options) {
  if (absl::Status status = options.index.Open(); !status.ok()) return status;
  return options.output == kStandardStream ? BackupToStandardOutput(options) : BackupToFile(options);
}

absl::StatusOr<size_t> ReadStandardInput(std::span<char> memory) {
  const size_t read = std::fread(memory.data(), 1, memory.size(), stdin);
  if (read == 0 && std::ferror(stdin) != 0) return absl::DataLossError("standard input cannot be read");
  return read;
}

absl::StatusOr<std::unique_ptr<BlockReader>> OpenBackup(const std::string& input) {
  if (input == kStandardStream) return BlockReader::FromSource(ReadStandardInput, "standard input");
  return BlockReader::Open(input);
}

absl::Status Restore(const RestoreOptions& options) {
  absl::StatusOr<std::unique_ptr<BlockReader>> backup = OpenBackup(options.input);
  if (!backup.ok()) return backup.status();
  if (options.check) {
    if (absl::Status status = Storage::CheckBackup(**backup); !status.ok()) return status;
    std::cout << "a whole backup\n";
    return absl::OkStatus();
  }
  if (absl::Status status = Storage::Restore(options.data_directory, **backup); !status.ok()) return status;
  std::cout << "restored into " << options.data_directory << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddBackup(CLI::App& app, Command& chosen) {
  CLI::App& backup = *app.add_subcommand("backup", "Write all collections, as they are at one moment, to a file");
  auto options = std::make_shared<BackupOptions>();
  options->index.AddFlags(backup);
  backup.add_option("--out", options->output, "The file, which appears whole or not at all; - is standard output")
      ->required();
  backup.footer("Searches and writes go on meanwhile.");
  backup.callback([options, &chosen] { chosen = [options] { return Backup(*options); }; });
}

void AddRestore(CLI::App& app, Command& chosen) {
  CLI::App& restore = *app.add_subcommand("restore", "Make a data directory from a backup; no server is needed");
  auto options = std::make_shared<RestoreOptions>();
  restore.add_option("--in", options->input, "What `lookalike backup` wrote; - is standard input")->required();
  CLI::Option_group& what = *restore.add_option_group("what to do");
  what.add_option("--data-dir", options->data_directory, "The directory to make; it must not hold data yet");
  what.add_flag("--check", options->check, "Read and check the backup, and write nothing");
  what.require_option(1);
  restore.callback([options, &chosen] { chosen = [options] { return Restore(*options); }; });
}

}  // namespace lookalike
