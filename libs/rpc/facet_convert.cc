// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/facet_convert.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

absl::StatusOr<Facet> FacetFromProto(const v1::Facet& proto) {
  const std::optional<AttributeType> type = AttributeTypeNamed(proto.type());
  if (!type) return absl::InvalidArgumentError(absl::StrCat("type: \"", proto.type(), "\" is not a type"));
  Facet facet = {.attribute = proto.attribute(), .type = *type, .items = proto.items()};
  facet.distinct = proto.distinct();
  facet.least = proto.min();
  facet.greatest = proto.max();
  for (const v1::FacetValue& value : proto.values()) {
    facet.values.emplace_back().items = value.count();
    if (value.value().has_bool_value()) {
      facet.values.back().value = value.value().bool_value();
    } else {
      facet.values.back().value = value.value().string_value();
    }
  }
  return facet;
}

void FacetToProto(const Facet& facet, v1::Facet& proto) {
  proto.set_attribute(facet.attribute);
  proto.set_type(AttributeTypeName(facet.type));
  proto.set_items(facet.items);
  proto.set_distinct(facet.distinct);
  if (facet.type == AttributeType::kNumber) {
    proto.set_min(facet.least);
    proto.set_max(facet.greatest);
  }
  for (const Facet::Value& value : facet.values) {
    v1::FacetValue* added = proto.add_values();
    added->set_count(value.items);
    if (const bool* truth = std::get_if<bool>(&value.value)) {
      added->mutable_value()->set_bool_value(*truth);
    } else {
      added->mutable_value()->set_string_value(std::get<std::string>(value.value));
    }
  }
}

}  // namespace

absl::StatusOr<FacetQuery> FromProto(const v1::GetFacetsRequest& request) {
  absl::StatusOr<Filter> filter = Filter::Parse(request.filter());
  if (!filter.ok()) return filter.status();
  FacetQuery query;
  query.filter = *std::move(filter);
  query.attributes.assign(request.attributes().begin(), request.attributes().end());
  if (request.max_values() != 0) query.max_values = request.max_values();
  query.min_sequence = request.min_sequence();
  return query;
}

void ToProto(const FacetQuery& query, v1::GetFacetsRequest& request) {
  request.set_filter(query.filter.ToString());
  for (const std::string& attribute : query.attributes) request.add_attributes(attribute);
  request.set_max_values(static_cast<uint32_t>(query.max_values));
  request.set_min_sequence(query.min_sequence);
}

absl::StatusOr<Facets> FromProto(const v1::GetFacetsResponse& response) {
  Facets facets{.facets = {}, .items = response.items()};
  for (const v1::Facet& proto : response.facets()) {
    absl::StatusOr<Facet> facet = FacetFromProto(proto);
    if (!facet.ok()) return facet.status();
    facets.facets.push_back(*std::move(facet));
  }
  return facets;
}

void ToProto(const Facets& facets, v1::GetFacetsResponse& response) {
  response.set_items(facets.items);
  for (const Facet& facet : facets.facets) FacetToProto(facet, *response.add_facets());
}

}  // namespace lookalike
