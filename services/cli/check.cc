// SPDX-License-Identifier: Apache-2.0
// `lookalike check`: compares the index of collections with what is stored.
#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/cli/command.h"
#include "services/cli/index_connection.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

struct CheckOptions {
  IndexConnection index;
  std::vector<std::string> collections;
  bool repair = false;
  bool json = false;
};

using Reports = std::vector<std::pair<std::string, AuditReport>>;  // by the collection's name

uint64_t Found(const AuditReport& report) { return report.unreachable + report.missing + report.phantom; }

absl::StatusOr<Reports> AuditNamed(CheckOptions& options) {
  Reports reports;
  for (const std::string& name : options.collections) {
    absl::StatusOr<AuditReport> report = options.index.client().Audit(name, options.repair, options.index.deadline());
    if (!report.ok()) return options.index.Explain(report.status());
    reports.emplace_back(name, *std::move(report));
  }
  return reports;
}

absl::StatusOr<Reports> AuditAll(CheckOptions& options) {
  const absl::StatusOr<std::vector<CollectionInfo>> infos =
      options.index.client().ListCollections(options.index.deadline());
  if (!infos.ok()) return options.index.Explain(infos.status());
  Reports reports;
  for (const CollectionInfo& info : *infos) {
    absl::StatusOr<AuditReport> report =
        options.index.client().Audit(info.spec.name, options.repair, options.index.deadline());
    if (absl::IsNotFound(report.status())) continue;  // deleted meanwhile
    if (!report.ok()) return options.index.Explain(report.status());
    reports.emplace_back(info.spec.name, *std::move(report));
  }
  return reports;
}

void PrintJson(const Reports& reports) {
  nlohmann::ordered_json collections = nlohmann::ordered_json::array();
  for (const auto& [name, report] : reports) {
    collections.push_back({{"collection", name},
                           {"stored", report.stored},
                           {"images", report.images},
                           {"indexed", report.indexed},
                           {"unreachable", report.unreachable},
                           {"missing", report.missing},
                           {"phantom", report.phantom},
                           {"mended", report.mended},
                           {"examples", report.examples}});
  }
  std::cout << nlohmann::ordered_json{{"collections", collections}}.dump() << "\n";
}

void PrintTable(const Reports& reports) {
  Table table({"collection", "stored", "images", "indexed", "unreachable", "missing", "phantom", "mended"});
  for (const auto& [name, report] : reports) {
    table.AddRow({name, absl::StrCat(report.stored), absl::StrCat(report.images), absl::StrCat(report.indexed),
                  absl::StrCat(report.unreachable), absl::StrCat(report.missing), absl::StrCat(report.phantom),
                  absl::StrCat(report.mended)});
  }
  std::cout << table.ToString();
  for (const auto& [name, report] : reports) {
    for (const std::string& id : report.examples) std::cout << name << ": " << id << "\n";
  }
}

absl::Status Run(CheckOptions& options) {
  if (absl::Status status = options.index.Open(); !status.ok()) return status;
  const absl::StatusOr<Reports> reports = options.collections.empty() ? AuditAll(options) : AuditNamed(options);
  if (!reports.ok()) return reports.status();
  options.json ? PrintJson(*reports) : PrintTable(*reports);
  uint64_t left = 0;
  for (const auto& [name, report] : *reports) left += Found(report) - std::min(Found(report), report.mended);
  if (left == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(left, " found that the index has wrong, and not mended",
                                          options.repair ? "" : "; with --repair they are"));
}

}  // namespace

void AddCheck(CLI::App& app, Command& chosen) {
  CLI::App& check = *app.add_subcommand("check", "Compare the index with what is stored, item by item");
  auto options = std::make_shared<CheckOptions>();
  options->index.AddFlags(check);
  check.add_option("--collection", options->collections, "Only this one; may be given again");
  check.add_flag("--repair", options->repair, "Mend what is found");
  check.add_flag("--json", options->json, "For programs");
  check.footer("Searches and writes go on meanwhile. Exit status 1 where anything was found that was not mended.");
  check.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
