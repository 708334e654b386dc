// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/recovery/index_client.h"
#include "tests/recovery/oracle.h"
#include "tests/recovery/problem.h"
#include "tests/recovery/random.h"

namespace lookalike {

// One caller of many: it writes, reads and searches at random, tells the oracle of its writes, and checks what it reads
// where it can. Most ids belong to one worker alone, so that it knows what must be there at any time; one in eight is
// written by all. Not thread-safe.
class Worker {
 public:
  // `number` is this worker's among `workers`. Choices come from seed, cycle and number.
  Worker(std::shared_ptr<grpc::Channel> channel, Oracle* oracle, uint64_t seed, uint64_t cycle, uint64_t number,
         uint64_t workers);

  // Makes one call. False where the server is gone.
  bool Step();

  uint64_t calls() const { return calls_; }
  const Problems& problems() const { return problems_; }
  const OwnSearches& own_searches() const { return own_searches_; }

 private:
  bool Upsert(const Target& target);
  bool Delete(const Target& target);
  bool Get(const Target& target);
  bool List(const Target& target);
  bool Search(const Target& target);
  bool SearchFiltered(const Target& target);
  bool Inspect(const Target& target);
  bool Create();
  bool Drop(const Target& target);

  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (IndexClient::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                          Response*),
                                const Request& request) {
    ++calls_;
    return client_.Call(method, request);
  }

  // After a write was sent: false where the server is gone.
  bool EndWrite(const Target& target, uint64_t ticket, size_t changes,
                const absl::StatusOr<v1::IndexWriteResponse>& answer);
  // Why a read failed, where it may not: not while its collection is dropped.
  void ReportFailure(const Target& target, const char* call, const absl::Status& status);
  void Report(Fault fault, const Target& target, const std::string& what, const std::string& wanted,
              const std::string& found);

  // Sometimes the last write acknowledged, which every answer must have seen anyway; else 0.
  uint64_t MinSequence(const Target& target) { return random_.Chance(0.3) ? oracle_->HighestSequence(target) : 0; }
  std::string RandomId(const Target& target);
  bool IsOwn(const std::string& id) const;
  Version NextVersion() { return MakeVersion(cycle_, number_, ++versions_); }
  // An item of its own that is there, from some random place on; an empty id where there is none near.
  Change OwnItem(const Target& target);

  // Checks an item read by Get or List against what is expected of one of its own.
  void CheckOwn(const Target& target, const std::string& id, const v1::Item* found);
  void CheckResults(const Target& target, const Change& query, const v1::ScoredItems& results);

  IndexClient client_;
  Oracle* const oracle_;
  const uint64_t cycle_;
  const uint64_t number_;
  const uint64_t workers_;
  Random random_;
  uint64_t versions_ = 0;
  uint64_t calls_ = 0;
  Problems problems_;
  OwnSearches own_searches_;
};

}  // namespace lookalike
