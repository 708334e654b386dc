// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "lookalike/v1/search.pb.h"

#include "libs/query/product_query.h"
#include "libs/query/product_writer.h"

// The requests of lookalike.v1.VisualSearch as the pipeline takes them. InvalidArgument, naming the field, for what is
// missing or has no meaning. Results look into the request's bytes: it must outlive them.
namespace lookalike {

// Its ranking is the one in the request; a collection's own is ProfileOf().
absl::StatusOr<ProductQuery> ToProductQuery(const v1::SearchRequest& request);
// The bytes of the collection's profile that the request asks for, by name or by default; empty where there is none.
// NotFound for a name that is none.
absl::StatusOr<std::string> ProfileOf(const v1::SearchRequest& request, const CollectionInfo& collection);
// InvalidArgument for bytes that are no profile.
absl::StatusOr<RankingProfile> RankingOf(const std::string& profile);
// All but the next_page_token.
void ToProto(const ProductResults& results, const v1::SearchRequest& request, v1::SearchResponse& response);

absl::StatusOr<ProductUpdate> ToProductUpdate(const v1::UpsertItem& item);

}  // namespace lookalike
