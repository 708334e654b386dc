// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/embedding_cache.h"

namespace lookalike {

std::optional<Embedding> EmbeddingCache::Find(const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->embedding;
}

void EmbeddingCache::Put(const std::string& name, const Embedding& embedding) {
  Entries fresh;
  fresh.push_back({name, embedding});
  const size_t bytes = BytesOf(fresh.front());
  if (bytes > max_bytes_) return;
  MutexLock lock(mutex_);
  if (const auto found = by_name_.find(name); found != by_name_.end()) Remove(found->second);
  while (bytes_ + bytes > max_bytes_) Remove(std::prev(entries_.end()));
  by_name_.emplace(fresh.front().name, fresh.begin());
  entries_.splice(entries_.begin(), fresh);
  bytes_ += bytes;
}

size_t EmbeddingCache::size() const {
  ReaderMutexLock lock(mutex_);
  return entries_.size();
}

size_t EmbeddingCache::bytes() const {
  ReaderMutexLock lock(mutex_);
  return bytes_;
}

size_t EmbeddingCache::BytesOf(const Entry& entry) {
  // Of a list node two pointers; of a map node a colour, three pointers, a view and an iterator.
  constexpr size_t kNodes = 9 * sizeof(void*);
  return sizeof(Entry) + kNodes + entry.name.capacity() + entry.embedding.capacity() * sizeof(float);
}

void EmbeddingCache::Remove(Entries::iterator entry) {
  bytes_ -= BytesOf(*entry);
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

}  // namespace lookalike
