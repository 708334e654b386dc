// SPDX-License-Identifier: Apache-2.0
// `lookalike demo-catalog`: drawn products to try everything with.
#include "libs/image/demo_catalog.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/strings/str_cat.h"

#include "libs/image/encode.h"
#include "services/cli/command.h"
#include "services/cli/picture_folder.h"
#include "services/cli/progress.h"

namespace lookalike {
namespace {

constexpr int kJpegQuality = 90;
constexpr char kPicturesFolder[] = "images";

struct DemoCatalogOptions {
  int count = 300;
  uint64_t seed = 1;
  int size = 256;
  std::string folder;
};

std::string ManifestLine(const DemoItem& item) {
  const nlohmann::ordered_json line = {{"id", item.id},
                                       {"image", absl::StrCat(kPicturesFolder, "/", item.file_name)},
                                       {"attributes",
                                        {{"category", item.category},
                                         {"color", item.color},
                                         {"pattern", item.pattern},
                                         {"price", item.price},
                                         {"in_stock", item.in_stock},
                                         {"tags", item.tags},
                                         {"group", item.group},
                                         {"view", item.view_number}}}};
  return line.dump() + "\n";
}

absl::Status Run(const DemoCatalogOptions& options) {
  const std::filesystem::path folder = options.folder;
  std::error_code error;
  std::filesystem::create_directories(folder / kPicturesFolder, error);
  if (error)
    return absl::PermissionDeniedError(absl::StrCat("cannot make \"", options.folder, "\": ", error.message()));
  const std::vector<DemoItem> items = PlanDemoCatalog(options.count, options.seed);
  Progress progress("drawing", items.size());
  std::string manifest;
  for (const DemoItem& item : items) {
    const absl::StatusOr<Image> picture = DrawProduct(item.drawing, item.view, options.size);
    if (!picture.ok()) return picture.status();
    const absl::StatusOr<std::string> jpeg = EncodeJpeg(*picture, kJpegQuality);
    if (!jpeg.ok()) return jpeg.status();
    if (absl::Status status = WriteFile(folder / kPicturesFolder / item.file_name, *jpeg); !status.ok()) return status;
    manifest += ManifestLine(item);
    progress.Advance(1);
  }
  progress.Finish();
  const std::filesystem::path manifest_path = folder / "catalog.jsonl";
  if (absl::Status status = WriteFile(manifest_path, manifest); !status.ok()) return status;
  std::cout << "wrote " << manifest_path.string() << " and " << items.size() << " pictures\n";
  return absl::OkStatus();
}

}  // namespace

void AddDemoCatalog(CLI::App& app, Command& chosen) {
  CLI::App& demo = *app.add_subcommand("demo-catalog", "Draw a catalog of products to try Lookalike with");
  auto options = std::make_shared<DemoCatalogOptions>();
  demo.add_option("folder", options->folder, "Where to write catalog.jsonl and the pictures")->required();
  demo.add_option("--count", options->count, "Pictures; every product has three views")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  demo.add_option("--seed", options->seed, "The same seed draws the same catalog")->capture_default_str();
  demo.add_option("--size", options->size, "Width and height of a picture, in pixels")
      ->capture_default_str()
      ->check(CLI::Range(16, 2048));
  demo.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
