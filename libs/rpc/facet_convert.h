// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "lookalike/v1/facet.pb.h"

#include "libs/catalog/catalog_store.h"

// As convert.h, of facets.
namespace lookalike {

// The collection's name stays with the request.
absl::StatusOr<FacetQuery> FromProto(const v1::GetFacetsRequest& request);
void ToProto(const FacetQuery& query, v1::GetFacetsRequest& request);

absl::StatusOr<Facets> FromProto(const v1::GetFacetsResponse& response);
void ToProto(const Facets& facets, v1::GetFacetsResponse& response);

}  // namespace lookalike
