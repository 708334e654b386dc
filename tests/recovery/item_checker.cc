// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/item_checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lookalike {
namespace {

using Stub = IndexClient::Stub;

std::string WrittenText(const Written& written) {
  return absl::StrCat(VersionText(written.version), " with sequence ", written.sequence);
}

std::string ExpectedText(const ExpectedItem& expected) {
  const auto text = [](std::string* out, const PendingWrite& write) {
    absl::StrAppend(out, VersionText(write.version), " (ticket ", write.ticket, ")");
  };
  std::string words = WrittenText(expected.acknowledged);
  if (!expected.pending.empty()) absl::StrAppend(&words, ", or open: ", absl::StrJoin(expected.pending, ", ", text));
  return words;
}

bool IsOpen(const ExpectedItem& expected, Version version) {
  return std::any_of(expected.pending.begin(), expected.pending.end(),
                     [&](const PendingWrite& write) { return write.version == version; });
}

class ItemChecker {
 public:
  ItemChecker(IndexClient& client, const ExpectedCollection& expected, Random& random, Problems& problems)
      : client_(client), expected_(expected), random_(random), problems_(problems) {}

  absl::StatusOr<ObservedItems> Check() {
    if (absl::Status status = ReadList(); !status.ok()) return status;
    if (absl::Status status = ReadEach(); !status.ok()) return status;
    for (const auto& [id, item] : expected_.items) CheckWritten(Where(id), item, Listed(id), problems_);
    for (const auto& [id, written] : listed_) {
      if (!expected_.items.contains(id)) Report(Fault::kPhantom, id, "no such item", WrittenText(written));
    }
    CheckWholeWrites();
    return std::move(listed_);
  }

 private:
  std::string Where(const std::string& id) const { return absl::StrCat(expected_.name, ": ", id); }
  void Report(Fault fault, const std::string& id, const std::string& wanted, const std::string& found) {
    problems_.push_back({fault, Where(id), wanted, found});
  }
  Written Listed(const std::string& id) const {
    const auto found = listed_.find(id);
    return found == listed_.end() ? Written{} : found->second;
  }

  // Whether it is whole; reports what is not.
  bool IsWhole(const v1::Item& item, bool with_embedding) {
    const Judgement judgement = Judge(expected_.name, expected_.dimension, item, {.embedding = with_embedding});
    if (judgement.wholeness == Wholeness::kWhole) return true;
    Report(judgement.wholeness == Wholeness::kZeroed ? Fault::kZeroed : Fault::kMixed, item.id(),
           absl::StrCat("all of version ", VersionText(judgement.version)), judgement.problem);
    return false;
  }

  absl::Status ReadList() {
    v1::ListRequest request;
    request.set_collection(expected_.name);
    request.set_limit(static_cast<uint32_t>(random_.Between(50, 2000)));
    std::string last;
    do {
      const auto page = client_.Call(&Stub::List, request);
      if (!page.ok()) return page.status();
      for (const v1::Item& item : page->items()) {
        if (listed_.contains(item.id())) Report(Fault::kDuplicate, item.id(), "listed once", "listed twice");
        if (item.id() < last) Report(Fault::kDuplicate, item.id(), "an id after " + last, "a page out of order");
        last = item.id();
        IsWhole(item, /*with_embedding=*/false);
        listed_[item.id()] = {ClaimedVersion(item.attributes()), item.sequence()};
      }
      request.set_cursor(page->next_cursor());
    } while (!request.cursor().empty());
    return absl::OkStatus();
  }

  // By Get, with embeddings: all that was ever written, and all that is listed.
  absl::Status ReadEach() {
    std::vector<std::string> ids;
    for (const auto& [id, item] : expected_.items) ids.push_back(id);
    for (const auto& [id, written] : listed_) {
      if (!expected_.items.contains(id)) ids.push_back(id);
    }
    constexpr size_t kBatch = 1000;
    for (size_t begin = 0; begin < ids.size(); begin += kBatch) {
      const size_t end = std::min(begin + kBatch, ids.size());
      if (absl::Status status = ReadBatch({ids.begin() + begin, ids.begin() + end}); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadBatch(const std::vector<std::string>& ids) {
    v1::IndexGetRequest request;
    request.set_collection(expected_.name);
    request.set_with_embeddings(true);
    *request.mutable_ids() = {ids.begin(), ids.end()};
    const auto answer = client_.Call(&Stub::Get, request);
    if (!answer.ok()) return answer.status();
    if (static_cast<size_t>(answer->results_size()) != ids.size()) {
      Report(Fault::kCount, "Get", absl::StrCat(ids.size(), " results"), absl::StrCat(answer->results_size()));
      return absl::OkStatus();
    }
    for (size_t i = 0; i < ids.size(); ++i) CheckGot(ids[i], answer->results(static_cast<int>(i)));
    return absl::OkStatus();
  }

  void CheckGot(const std::string& id, const v1::GetResult& result) {
    const Written listed = Listed(id);
    if (!result.has_item()) {
      if (result.error().code() != static_cast<int>(absl::StatusCode::kNotFound)) {
        Report(Fault::kCall, id, "the item, or NOT_FOUND", result.error().ShortDebugString());
      } else if (listed_.contains(id)) {
        Report(Fault::kCount, id, "by Get as by List: " + WrittenText(listed), "not found by Get");
      }
      return;
    }
    if (result.item().id() != id) Report(Fault::kMixed, id, "the item asked for", result.item().id());
    IsWhole(result.item(), /*with_embedding=*/true);
    const Written got = {ClaimedVersion(result.item().attributes()), result.item().sequence()};
    if (got.version != listed.version || got.sequence != listed.sequence) {
      Report(Fault::kCount, id, "by Get as by List: " + WrittenText(listed), WrittenText(got));
    }
  }

  // A write that was never answered is there whole or not at all. Items that another write may have changed beside it
  // say nothing about that, nor do those that it would leave as they are.
  void CheckWholeWrites() {
    struct Parts {
      std::string done, not_done;  // an id of each
    };
    std::map<uint64_t, Parts> writes;
    for (const auto& [id, item] : expected_.items) {
      if (item.pending.size() != 1) continue;
      const PendingWrite& write = item.pending.front();
      const bool alone = write.sequence_before == item.acknowledged.sequence;
      if (!alone || write.answered_at != 0 || write.version == item.acknowledged.version) continue;
      Parts& parts = writes[write.ticket];
      (Listed(id).version == write.version ? parts.done : parts.not_done) = id;
    }
    for (const auto& [ticket, parts] : writes) {
      if (parts.done.empty() || parts.not_done.empty()) continue;
      Report(Fault::kTorn, absl::StrCat("ticket ", ticket), "all of it or nothing",
             absl::StrCat(parts.done, " is written, ", parts.not_done, " is not"));
    }
  }

  IndexClient& client_;
  const ExpectedCollection& expected_;
  Random& random_;
  Problems& problems_;
  ObservedItems listed_;
};

}  // namespace

void CheckWritten(const std::string& where, const ExpectedItem& expected, const Written& found, Problems& problems) {
  const Written& acknowledged = expected.acknowledged;
  const auto report = [&](Fault fault) {
    problems.push_back({fault, where, ExpectedText(expected), WrittenText(found)});
  };
  if (found.version == acknowledged.version) {
    if (found.version != kAbsent && found.sequence != acknowledged.sequence) report(Fault::kSequence);
  } else if (IsOpen(expected, found.version)) {
    if (found.version != kAbsent && found.sequence <= acknowledged.sequence) report(Fault::kSequence);
  } else if (found.version == kAbsent) {
    report(Fault::kMissing);
  } else {
    report(acknowledged.version == kAbsent ? Fault::kPhantom : Fault::kStale);
  }
}

absl::StatusOr<ObservedItems> CheckItems(IndexClient& client, const ExpectedCollection& expected, Random& random,
                                         Problems& problems) {
  return ItemChecker(client, expected, random, problems).Check();
}

}  // namespace lookalike
