// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/cli/connection.h"
#include "services/cli/eval/judgement_file.h"
#include "services/cli/eval/ranking_quality.h"
#include "services/encoder/options.h"

// What `lookalike eval` compares: each answers the same judged queries.
namespace lookalike {

struct JudgedResults {
  std::vector<JudgedAnswer> answers;              // one for each judgement
  std::vector<std::vector<std::string>> results;  // their ids, best first, at most k
};

struct Contestant {
  std::string name;
  // Results of each query, at most k, the queried item left out.
  std::function<absl::StatusOr<JudgedResults>(const std::vector<Judgement>& judgements, size_t k)> answer;
};

// A collection of a server. An item is relevant to a label if its attribute `label_key`, a string, a bool or a list of
// strings, has that value. `connection` must outlive it.
Contestant OfCollection(Connection* connection, const std::string& collection, const std::string& label_key,
                        const std::string& filter);

// A model bundle, without any server: every line's picture is a query and, to all the others, an item, whose id is the
// line's or else its number. `centered`: as centred collections compare, under the mean of all embeddings.
Contestant OfModel(const EncoderOptions& options, bool centered);

}  // namespace lookalike
