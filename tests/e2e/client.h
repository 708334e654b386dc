// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "lookalike/v1/search.grpc.pb.h"

namespace lookalike {

// What a call came to; `response` has a meaning only where it succeeded.
template <class Response>
struct Answer {
  grpc::Status status;
  Response response;
};

template <class Response>
void PrintTo(const Answer<Response>& answer, std::ostream* out) {
  *out << "status " << answer.status.error_code() << " \"" << answer.status.error_message() << "\", response "
       << answer.response.ShortDebugString();
}

// Matches an Answer: succeeded, or failed with this code and a message like that.
MATCHER(Succeeded, "") { return arg.status.ok(); }
MATCHER_P2(Failed, code, message, "") {
  return arg.status.error_code() == code &&
         testing::ExplainMatchResult(message, arg.status.error_message(), result_listener);
}

// What a shop's backend does: calls of lookalike.v1.VisualSearch.
class Client {
 public:
  using Stub = v1::VisualSearch::Stub;

  explicit Client(const std::string& address);

  // One call, with its deadline that much later.
  template <class Request, class Response>
  Answer<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    Answer<Response> answer;
    answer.status = ((*stub_).*method)(&context, request, &answer.response);
    return answer;
  }

  Answer<v1::SearchResponse> Search(const v1::SearchRequest& request) { return Call(&Stub::Search, request); }
  Answer<v1::UpsertResponse> Upsert(const std::string& collection, v1::UpsertItem item);
  Answer<v1::DeleteResponse> Delete(const std::string& collection, const std::vector<std::string>& ids);
  Answer<v1::GetResponse> Get(const std::string& collection, const std::vector<std::string>& ids,
                              bool with_embeddings = false);
  Answer<v1::Collection> CreateCollection(const std::string& name, uint32_t dimension = 0,
                                          const std::string& model_id = "");
  Answer<v1::Collection> GetCollection(const std::string& name);

  Stub& stub() { return *stub_; }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
};

// Requests. Fields beyond these are set on the result.
v1::SearchRequest LikeImage(const std::string& collection, std::string image, uint32_t k = 10);
v1::SearchRequest LikeItem(const std::string& collection, const std::string& id, uint32_t k = 10);
v1::SearchRequest LikeEmbedding(const std::string& collection, const std::vector<float>& embedding, uint32_t k = 10);
v1::UpsertItem ItemOfImage(const std::string& id, std::string image);
v1::UpsertItem ItemOfEmbedding(const std::string& id, const std::vector<float>& embedding);

// The ids of the results, in their order.
std::vector<std::string> IdsOf(const v1::SearchResponse& response);

}  // namespace lookalike
