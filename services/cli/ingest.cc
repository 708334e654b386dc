// SPDX-License-Identifier: Apache-2.0
// `lookalike ingest`: a folder or a manifest into a collection.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/catalog/validation.h"
#include "libs/image/decode.h"
#include "libs/query/product_writer.h"
#include "libs/sync/mutex.h"
#include "services/cli/command.h"
#include "services/cli/connection.h"
#include "services/cli/ingest_source.h"
#include "services/cli/json.h"
#include "services/cli/picture_folder.h"
#include "services/cli/progress.h"

namespace lookalike {
namespace {

// Items whose presence is asked for in one call.
constexpr size_t kGroup = 64;

struct IngestOptions {
  Connection connection;
  std::string collection;
  std::string path;
  std::string failures = "lookalike-ingest-failures.jsonl";
  bool dry_run = false;
  bool json = false;
};

// What became of the items; told by the thread that sends and by the one that hears the answers.
class Tally {
 public:
  // `what`: is done.
  Tally(size_t total, std::string failures_path, const std::string& what)
      : failures_path_(std::move(failures_path)), progress_(what, total) {}

  // `sequence`: of the collection, once the item was durable.
  void Written(uint64_t sequence) {
    Count(written_);
    MutexLock lock(mutex_);
    sequence_ = std::max(sequence_, sequence);
  }
  void Unchanged() { Count(unchanged_); }
  // Of a dry run.
  void Good() { Count(good_); }

  void Failed(const std::string& id, const std::string& picture, absl::string_view reason) {
    Count(failed_);
    MutexLock lock(mutex_);
    if (!failures_.is_open()) failures_.open(failures_path_, std::ios::trunc);
    const nlohmann::ordered_json line = {{"id", id}, {"image", picture}, {"error", std::string(reason)}};
    failures_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  }

  // Ends the progress display and prints the totals.
  absl::Status Finish(bool json) {
    MutexLock lock(mutex_);
    progress_.Finish();
    const double seconds = absl::ToDoubleSeconds(progress_.Elapsed());
    nlohmann::ordered_json totals = {
        {"total", progress_.done()}, {"written", written_},
        {"unchanged", unchanged_},   {"failed", failed_},
        {"seconds", seconds},        {"items_per_second", static_cast<double>(progress_.done()) / seconds}};
    if (good_ > 0) totals["good"] = good_;
    if (written_ > 0) totals["sequence"] = sequence_;
    if (failed_ > 0) totals["failures_file"] = failures_path_;
    if (json) {
      std::cout << totals.dump() << "\n";
    } else {
      if (good_ > 0) std::cout << good_ << " good, ";
      std::cout << absl::StrFormat("%d written, %d unchanged, %d failed in %.1f s\n", written_, unchanged_, failed_,
                                   seconds);
    }
    if (failed_ == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(failed_, failed_ == 1 ? " item" : " items", " failed; ", failures_path_, " says which and why"));
  }

 private:
  void Count(size_t& counter) {
    MutexLock lock(mutex_);
    ++counter;
    progress_.Advance(1);
  }

  const std::string failures_path_;
  Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  std::ofstream failures_ ABSL_GUARDED_BY(mutex_);
  size_t written_ = 0;
  uint64_t sequence_ = 0;  // that a read must have seen to see every item written
  size_t unchanged_ = 0;
  size_t failed_ = 0;
  size_t good_ = 0;
};

// The stream to the server. Send() waits while the server takes no more; answers are heard on a thread of its own.
class Upload {
 public:
  Upload(Connection& connection, Tally& tally)
      : connection_(connection),
        tally_(tally),
        stream_(connection.stub().Ingest(&context_)),
        answers_([this] { Hear(); }) {}

  // False when the stream has broken: Finish() says why.
  bool Send(const SourceItem& item, const v1::IngestRequest& request) {
    {
      MutexLock lock(mutex_);
      unanswered_[sent_++] = {item.id, item.pictures.front().string()};
    }
    return stream_->Write(request);
  }

  // Waits for the last answer.
  absl::Status Finish() {
    stream_->WritesDone();
    answers_.join();
    return connection_.Explain(stream_->Finish());
  }

 private:
  struct Sent {
    std::string id;
    std::string picture;
  };

  void Hear() {
    v1::IngestResponse response;
    while (stream_->Read(&response)) {
      Sent sent;
      {
        MutexLock lock(mutex_);
        const auto answered = unanswered_.find(response.index());
        if (answered == unanswered_.end()) continue;
        sent = std::move(answered->second);
        unanswered_.erase(answered);
      }
      if (!response.has_error()) {
        tally_.Written(response.sequence());
        continue;
      }
      tally_.Failed(sent.id, sent.picture, response.error().message());
    }
  }

  Connection& connection_;
  Tally& tally_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::IngestRequest, v1::IngestResponse>> stream_;
  Mutex mutex_;
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  // By index in the stream. The server bounds how many there are.
  absl::flat_hash_map<uint64_t, Sent> unanswered_ ABSL_GUARDED_BY(mutex_);
  std::thread answers_;
};

absl::Status EnsureCollection(Connection& connection, const std::string& name) {
  v1::GetCollectionRequest get;
  get.set_name(name);
  const absl::Status found = connection.Call(&Connection::Stub::GetCollection, get).status();
  if (!absl::IsNotFound(found)) return found;
  v1::CreateCollectionRequest create;  // without dimension and model: those of the encoder
  create.mutable_collection()->set_name(name);
  const absl::Status created = connection.Call(&Connection::Stub::CreateCollection, create).status();
  return absl::IsAlreadyExists(created) ? absl::OkStatus() : created;
}

// An item with its pictures' bytes, and what the server would say of them if it had them already.
struct Loaded {
  SourceItem item;
  std::vector<std::string> pictures;
  std::vector<std::string> digests;
};

// Nothing after the last. An item that cannot be read, or whose pictures cannot, is told and passed over.
std::optional<Loaded> LoadNext(IngestSource& source, Tally& tally) {
  while (true) {
    absl::StatusOr<std::optional<SourceItem>> item = source.Next();
    if (!item.ok()) {
      tally.Failed("", "", item.status().message());
      continue;
    }
    if (!item->has_value()) return std::nullopt;
    Loaded loaded{*std::move(*item), {}, {}};
    absl::Status status;
    for (const std::filesystem::path& path : loaded.item.pictures) {
      absl::StatusOr<std::string> picture = ReadFile(path);
      status.Update(picture.status());
      if (!status.ok()) break;
      loaded.digests.push_back(ImageDigest({.bytes = *picture, .crop = {}}));
      loaded.pictures.push_back(*std::move(picture));
    }
    if (status.ok()) return loaded;
    tally.Failed(loaded.item.id, loaded.item.pictures[loaded.pictures.size()].string(), status.message());
  }
}

bool SameAttributes(const google::protobuf::Map<std::string, google::protobuf::Value>& a,
                    const google::protobuf::Map<std::string, google::protobuf::Value>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a) {
    const auto found = b.find(name);
    if (found == b.end() || found->second.SerializeAsString() != value.SerializeAsString()) return false;
  }
  return true;
}

bool SameImages(const v1::Item& item, const std::vector<std::string>& digests) {
  return std::equal(item.images().begin(), item.images().end(), digests.begin(), digests.end(),
                    [](const v1::ItemImage& image, const std::string& digest) { return image.digest() == digest; });
}

bool IsThere(const v1::Item& item, const Loaded& loaded) {
  return SameImages(item, loaded.digests) && item.group() == loaded.item.group &&
         item.version() >= loaded.item.version && SameAttributes(item.attributes(), loaded.item.attributes);
}

// What ingestion would find wrong with an item, without a server. Pictures are decoded as the encoder does.
absl::Status Check(const Loaded& loaded) {
  if (absl::Status status = ValidateItemId(loaded.item.id); !status.ok()) return status;
  if (absl::Status status = ValidateGroup(loaded.item.group); !status.ok()) return status;
  const size_t pictures = loaded.pictures.size();
  if (absl::Status status = ValidateCount("images", pictures, 1, kMaxItemImages); !status.ok()) return status;
  for (const std::string& picture : loaded.pictures) {
    if (absl::Status status = DecodeImage(picture, ImageLimits()).status(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

class Ingestion {
 public:
  Ingestion(IngestOptions& options, IngestSource& source, Tally& tally)
      : options_(options), source_(source), tally_(tally), upload_(options.connection, tally) {}

  absl::Status Run() {
    absl::Status status;
    for (std::vector<Loaded> group = LoadGroup(); !group.empty() && status.ok(); group = LoadGroup()) {
      status = SendWhatIsNew(group);
    }
    const absl::Status ended = upload_.Finish();
    return status.ok() ? ended : status;
  }

 private:
  std::vector<Loaded> LoadGroup() {
    std::vector<Loaded> group;
    while (group.size() < kGroup) {
      std::optional<Loaded> loaded = LoadNext(source_, tally_);
      if (!loaded) break;
      group.push_back(*std::move(loaded));
    }
    return group;
  }

  absl::Status SendWhatIsNew(std::vector<Loaded>& group) {
    absl::StatusOr<absl::flat_hash_map<std::string, v1::Item>> there = AskFor(group);
    if (!there.ok()) return there.status();
    for (Loaded& loaded : group) {
      const auto found = there->find(loaded.item.id);
      if (found != there->end() && IsThere(found->second, loaded)) {
        tally_.Unchanged();
        continue;
      }
      v1::IngestRequest request;
      request.set_collection(options_.collection);
      v1::UpsertItem& item = *request.mutable_item();
      item.set_id(loaded.item.id);
      for (std::string& picture : loaded.pictures) item.add_images()->set_image(std::move(picture));
      *item.mutable_attributes() = loaded.item.attributes;
      item.set_group(loaded.item.group);
      item.set_version(loaded.item.version);
      if (!upload_.Send(loaded.item, request)) break;  // Run() learns the reason from Finish()
    }
    return absl::OkStatus();
  }

  // What the server has of the group. An id that no item can have is left for the upload, which says what is wrong.
  absl::StatusOr<absl::flat_hash_map<std::string, v1::Item>> AskFor(const std::vector<Loaded>& group) {
    v1::GetRequest request;
    request.set_collection(options_.collection);
    for (const Loaded& loaded : group) {
      if (ValidateItemId(loaded.item.id).ok()) request.add_ids(loaded.item.id);
    }
    absl::flat_hash_map<std::string, v1::Item> there;
    if (request.ids().empty()) return there;
    absl::StatusOr<v1::GetResponse> response = options_.connection.Call(&Connection::Stub::Get, request);
    if (!response.ok()) return response.status();
    for (v1::Item& item : *response->mutable_items()) {
      const std::string id = item.id();
      there.emplace(id, std::move(item));
    }
    return there;
  }

  IngestOptions& options_;
  IngestSource& source_;
  Tally& tally_;
  Upload upload_;
};

absl::Status DryRun(const IngestOptions& options, IngestSource& source) {
  Tally tally(source.size(), options.failures, "checking");
  while (const std::optional<Loaded> loaded = LoadNext(source, tally)) {
    const absl::Status status = Check(*loaded);
    status.ok() ? tally.Good()
                : tally.Failed(loaded->item.id, loaded->item.pictures.front().string(), status.message());
  }
  return tally.Finish(options.json);
}

absl::Status Run(IngestOptions& options) {
  absl::StatusOr<std::unique_ptr<IngestSource>> source = IngestSource::Open(options.path);
  if (!source.ok()) return source.status();
  if (options.dry_run) return DryRun(options, **source);
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  if (absl::Status status = EnsureCollection(options.connection, options.collection); !status.ok()) return status;
  Tally tally((*source)->size(), options.failures, "ingesting");
  Ingestion ingestion(options, **source, tally);
  const absl::Status ran = ingestion.Run();
  const absl::Status told = tally.Finish(options.json);
  return ran.ok() ? told : ran;
}

}  // namespace

void AddIngest(CLI::App& app, Command& chosen) {
  CLI::App& ingest = *app.add_subcommand("ingest", "Add a folder of pictures, or a manifest, to a collection");
  auto options = std::make_shared<IngestOptions>();
  options->connection.AddFlags(ingest);
  ingest.add_option("--collection", options->collection, "Where to; made if it is not there, for the server's model")
      ->required();
  ingest
      .add_option("path", options->path,
                  "A folder (an item's id is its picture's path in it), a .jsonl or .csv manifest with id, image and "
                  "attributes, or - for JSON lines from standard input")
      ->required();
  ingest.add_option("--failures", options->failures, "Where to write which items failed, and why, as JSON lines")
      ->capture_default_str();
  ingest.add_flag("--dry-run", options->dry_run, "Only read and decode everything, without a server");
  ingest.add_flag("--json", options->json, "Totals as JSON");
  ingest.footer("Can be repeated: what is there already, unchanged, is neither sent nor encoded again.");
  ingest.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
