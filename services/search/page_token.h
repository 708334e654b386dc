// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lookalike/v1/search.pb.h"

#include "libs/query/product_query.h"

// A PageCursor as text that a caller hands back: v1.PageToken behind a checksum, in base64 of the web-safe alphabet.
// It holds all that the next page needs, so that any replica can go on. About 1.4 × 4 bytes for each dimension of each
// picture and item that was looked for, and 100 bytes more.
namespace lookalike {

// What all pages of a search must have in common.
struct SearchIdentity {
  // `profile`: the bytes of the collection's ranking profile that is in force; empty where there is none.
  SearchIdentity(const v1::SearchRequest& request, absl::string_view profile);

  uint64_t request = 0;  // XXH3-64, without the page_token
  uint64_t profile = 0;
};

std::string ToPageToken(const PageCursor& cursor, const SearchIdentity& search);

// InvalidArgument for a text that is no token, or one of another search; FailedPrecondition, the message beginning with
// "page_token: expired", where another ranking profile is in force.
absl::StatusOr<PageCursor> FromPageToken(absl::string_view token, const SearchIdentity& search);

}  // namespace lookalike
