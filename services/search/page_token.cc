// SPDX-License-Identifier: Apache-2.0
#include "services/search/page_token.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lookalike/v1/page_token.pb.h"

#include "libs/file/checksum.h"
#include "libs/rpc/convert.h"

namespace lookalike {
namespace {

uint64_t DigestOf(absl::string_view bytes) {
  Checksum checksum;
  checksum.Add(bytes);
  return checksum.Value();
}

std::string BytesOf(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> 8 * i));
  return bytes;
}

// The same bytes for equal messages, wherever they are.
std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

absl::StatusOr<v1::PageToken> Parse(absl::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError("page_token: is not the next_page_token of a response");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes) || bytes.size() < 8) return bad;
  const absl::string_view message = absl::string_view(bytes).substr(8);
  v1::PageToken token;
  if (bytes.compare(0, 8, BytesOf(DigestOf(message))) != 0 || !token.ParseFromString(std::string(message))) return bad;
  return token;
}

}  // namespace

SearchIdentity::SearchIdentity(const v1::SearchRequest& search, absl::string_view profile_in_force)
    : profile(DigestOf(profile_in_force)) {
  v1::SearchRequest without_token = search;
  without_token.clear_page_token();
  request = DigestOf(Deterministic(without_token));
}

std::string ToPageToken(const PageCursor& cursor, const SearchIdentity& search) {
  v1::PageToken token;
  token.set_request_digest(search.request);
  token.set_profile_digest(search.profile);
  token.set_returned(static_cast<uint32_t>(cursor.returned));
  token.set_dropped_filters(static_cast<uint32_t>(cursor.dropped_filters));
  token.set_now_micros(absl::ToUnixMicros(cursor.now));
  token.set_last_score(cursor.last.score);
  token.set_last_id(cursor.last.id);
  if (cursor.floor) {
    token.set_floor_similarity(cursor.floor->score);
    token.set_floor_id(cursor.floor->id);
  }
  token.set_mean_items(cursor.mean_items);
  token.set_sequence(cursor.sequence);
  for (const Embedding& embedding : cursor.embeddings) ToProto(embedding, *token.add_embeddings());
  const std::string message = token.SerializeAsString();
  return absl::WebSafeBase64Escape(absl::StrCat(BytesOf(DigestOf(message)), message));
}

absl::StatusOr<PageCursor> FromPageToken(absl::string_view text, const SearchIdentity& search) {
  const absl::StatusOr<v1::PageToken> token = Parse(text);
  if (!token.ok()) return token.status();
  if (token->request_digest() != search.request) {
    return absl::InvalidArgumentError("page_token: belongs to another request: repeat the one that it came from");
  }
  if (token->profile_digest() != search.profile) {
    return absl::FailedPreconditionError("page_token: expired: the ranking profile has changed");
  }
  PageCursor cursor;
  cursor.returned = token->returned();
  cursor.dropped_filters = token->dropped_filters();
  cursor.now = absl::FromUnixMicros(token->now_micros());
  cursor.last = {token->last_score(), token->last_id()};
  if (token->has_floor_similarity()) cursor.floor = RankPosition{token->floor_similarity(), token->floor_id()};
  cursor.mean_items = token->mean_items();
  cursor.sequence = token->sequence();
  for (const v1::Embedding& embedding : token->embeddings()) cursor.embeddings.push_back(FromProto(embedding));
  return cursor;
}

}  // namespace lookalike
