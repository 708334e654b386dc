// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lookalike/v1/search.pb.h"

namespace lookalike {

// One item to ingest, as a folder or a manifest names it.
struct SourceItem {
  std::string id;
  std::vector<std::filesystem::path> pictures;  // 1 or more
  google::protobuf::Map<std::string, google::protobuf::Value> attributes;
  std::string group;     // as Item.group
  uint64_t version = 0;  // as Item.version
};

// Items to ingest, one after the other:
//   a folder        every picture in it; the id is its path relative to the folder
//   X.jsonl         an object a line: {"id": "…", "image": "…", "attributes": {"category": "boots", "price": 79.9}};
//                   several pictures as "images": ["…", "…"]; "group" and "version" where there are such
//   -               the same from standard input
//   X.csv           a header line, then a line an item: the columns id and image, where wanted group and version, and
//                   every other one an attribute; several pictures stand between '|'
// Paths of pictures are relative to the manifest's folder, those from standard input to the working folder. In CSV a
// column's name may carry its type ("price:number", also string, bool, and list, whose elements stand between '|');
// without one, a column of numbers is number, one of true and false is bool, and any other is string; an empty cell is
// an absent attribute.
class IngestSource {
 public:
  // NotFound where there is nothing to read at `path`; InvalidArgument for a file of another kind or a bad header.
  static absl::StatusOr<std::unique_ptr<IngestSource>> Open(const std::filesystem::path& path);
  virtual ~IngestSource() = default;

  // The next item; nothing after the last. InvalidArgument, naming the line, for an item that cannot be read: the one
  // after it comes next.
  virtual absl::StatusOr<std::optional<SourceItem>> Next() = 0;

  // Items in all, the unreadable ones among them; 0 where nobody knows.
  virtual size_t size() const = 0;
};

}  // namespace lookalike
