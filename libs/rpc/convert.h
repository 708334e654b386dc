// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lookalike/v1/collection.pb.h"
#include "lookalike/v1/encoder.pb.h"
#include "lookalike/v1/index.pb.h"
#include "lookalike/v1/item.pb.h"

#include "libs/catalog/catalog_store.h"
#include "libs/catalog/item.h"
#include "libs/encoding/encoder.h"
#include "libs/image/image.h"

// Protobuf messages ⇄ the domain's types, where both a service and a client of it need the same translation.
// From protobuf: InvalidArgument, naming the field, for what the domain has no value for.
namespace lookalike {

using AttributesProto = google::protobuf::Map<std::string, google::protobuf::Value>;

absl::StatusOr<Attributes> FromProto(const AttributesProto& attributes);
void ToProto(const Attributes& attributes, AttributesProto& proto);

Embedding FromProto(const v1::Embedding& embedding);
void ToProto(const Embedding& embedding, v1::Embedding& proto);

CropBox FromProto(const v1::CropBox& crop);
void ToProto(const CropBox& crop, v1::CropBox& proto);

ItemImage FromProto(const v1::ItemImage& image);
void ToProto(const ItemImage& image, v1::ItemImage& proto);

absl::StatusOr<Item> FromProto(const v1::Item& item);
void ToProto(const Item& item, v1::Item& proto);

// From the fields of a request that has them: attributes, of which a null one is to be removed.
absl::StatusOr<AttributeUpdate> FromProto(const std::string& id, const AttributesProto& attributes, uint64_t version);
void ToProto(const AttributeUpdate& update, v1::AttributeUpdate& proto);

// From the ids of a request and their versions, of which there must be none or as many.
absl::StatusOr<std::vector<ItemDeletion>> ToDeletions(const google::protobuf::RepeatedPtrField<std::string>& ids,
                                                      const google::protobuf::RepeatedField<uint64_t>& versions);

AuditReport FromProto(const v1::AuditResponse& response);
void ToProto(const AuditReport& report, v1::AuditResponse& proto);

absl::StatusOr<ScoredItem> FromProto(const v1::ScoredItem& item);
void ToProto(const ScoredItem& item, v1::ScoredItem& proto);

CollectionSpec SpecFromProto(const v1::Collection& collection);
absl::StatusOr<CollectionInfo> FromProto(const v1::Collection& collection);
void ToProto(const CollectionSpec& spec, v1::Collection& proto);
void ToProto(const CollectionInfo& info, v1::Collection& proto);

ModelInfo FromProto(const v1::Model& model);
void ToProto(const ModelInfo& model, v1::Model& proto);

// An error of one thing of many. An OK status has no such form.
absl::Status FromProto(const v1::ItemError& error);
void ToProto(const absl::Status& status, v1::ItemError& proto);

}  // namespace lookalike
