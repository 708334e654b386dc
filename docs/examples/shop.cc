// SPDX-License-Identifier: Apache-2.0
// What a shop's backend does, in C++: keep a product, find what looks like it, take it out again.
//
//   shop 127.0.0.1:7700 shop photo.jpg service_config.json
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>

#include "lookalike/v1/error_details.pb.h"
#include "lookalike/v1/search.grpc.pb.h"

namespace {

namespace v1 = lookalike::v1;
using Clock = std::chrono::system_clock;
using Stub = v1::VisualSearch::Stub;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// How long an overloaded server asks to be left alone; nothing where trying again is of no use.
std::optional<Clock::duration> RetryDelay(const grpc::Status& status) {
  v1::ErrorStatus details;
  if (status.error_code() != grpc::RESOURCE_EXHAUSTED || !details.ParseFromString(status.error_details())) return {};
  for (const auto& detail : details.details()) {
    v1::RetryInfo info;
    if (detail.type_url() != "type.googleapis.com/google.rpc.RetryInfo" || !info.ParseFromString(detail.value()))
      continue;
    return std::chrono::seconds(info.retry_delay().seconds()) +
           std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(info.retry_delay().nanos()));
  }
  return {};
}

// One call with a deadline over all of its tries.
template <class Request, class Response>
Response Call(Stub& shop, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, Clock::duration timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  while (true) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    Response response;
    const grpc::Status status = (shop.*method)(&context, request, &response);
    if (status.ok()) return response;
    const std::optional<Clock::duration> delay = RetryDelay(status);
    if (!delay || Clock::now() + *delay >= deadline) throw std::runtime_error(status.error_message());
    std::this_thread::sleep_for(*delay);
  }
}

void Run(Stub& shop, const std::string& collection, const std::string& picture) {
  using std::chrono::seconds;
  v1::UpsertRequest upsert;
  upsert.set_collection(collection);
  v1::UpsertItem& item = *upsert.mutable_item();
  item.set_id("example-cpp");
  item.set_version(static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count()));
  item.add_images()->set_image(picture);
  (*item.mutable_attributes())["category"].set_string_value("example");
  (*item.mutable_attributes())["price"].set_number_value(79.9);
  const v1::UpsertResponse written = Call(shop, &Stub::Upsert, upsert, seconds(10));

  v1::SearchRequest search;
  search.set_collection(collection);
  search.mutable_query()->set_image(picture);
  search.set_k(3);
  search.set_filter("category = \"example\"");
  search.set_min_sequence(written.sequence());  // whichever replica answers, it has seen the write
  const v1::SearchResponse response = Call(shop, &Stub::Search, search, seconds(2));
  for (const v1::ScoredItem& found : response.results()) {
    std::cout << std::fixed << std::setprecision(4) << found.score() << " " << found.id() << "\n";
  }

  v1::DeleteRequest deletion;
  deletion.set_collection(collection);
  deletion.add_ids(item.id());
  const v1::DeleteResponse deleted = Call(shop, &Stub::Delete, deletion, seconds(5));
  for (const v1::DeleteOutcome& outcome : deleted.outcomes()) {
    std::cout << (outcome.has_error() ? outcome.error().message() : "deleted " + outcome.id()) << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: shop ADDRESS COLLECTION PHOTO SERVICE_CONFIG\n";
    return 2;
  }
  try {
    grpc::ChannelArguments arguments;
    // Tried again by gRPC itself while a server restarts. Writes are safe to repeat, because they carry versions.
    arguments.SetServiceConfigJSON(ReadFile(argv[4]));
    arguments.SetMaxReceiveMessageSize(64 << 20);
    const auto channel = grpc::CreateCustomChannel(argv[1], grpc::InsecureChannelCredentials(), arguments);
    Run(*v1::VisualSearch::NewStub(channel), argv[2], ReadFile(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
