// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

#include "libs/sync/mutex.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// Embeddings by the name of what they were made of. Where they take more than a number of bytes, those go that were
// not asked for the longest. Thread-safe.
class EmbeddingCache {
 public:
  explicit EmbeddingCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  std::optional<Embedding> Find(const std::string& name);
  // One that is larger than the whole cache is not kept.
  void Put(const std::string& name, const Embedding& embedding);

  size_t size() const;
  // Of names and embeddings, and what the containers need for them.
  size_t bytes() const;

 private:
  struct Entry {
    std::string name;
    Embedding embedding;
  };
  using Entries = std::list<Entry>;

  static size_t BytesOf(const Entry& entry);
  void Remove(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  mutable Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);                                         // asked for last, first
  std::map<absl::string_view, Entries::iterator> by_name_ ABSL_GUARDED_BY(mutex_);  // views of the entries
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lookalike
