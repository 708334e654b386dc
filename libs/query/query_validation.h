// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"

#include "libs/catalog/item.h"
#include "libs/query/product_query.h"

namespace lookalike {

// InvalidArgument, naming the field, unless the query is as product_query.h wants it and asks for attributes that the
// collection has. FailedPrecondition where its page cannot be continued.
absl::Status ValidateProductQuery(const ProductQuery& query, const CollectionInfo& collection);

}  // namespace lookalike
