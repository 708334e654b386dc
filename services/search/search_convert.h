// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "lookalike/v1/search.pb.h"

#include "libs/query/product_search.h"
#include "libs/query/product_writer.h"

// The requests of lookalike.v1.VisualSearch as the pipeline takes them. InvalidArgument, naming the field, for what is
// missing or has no meaning. Results look into the request's bytes: it must outlive them.
namespace lookalike {

absl::StatusOr<ProductQuery> ToProductQuery(const v1::SearchRequest& request);
absl::StatusOr<ProductUpdate> ToProductUpdate(const v1::UpsertItem& item);

}  // namespace lookalike
