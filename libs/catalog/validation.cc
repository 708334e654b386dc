// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/validation.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

absl::Status Invalid(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", problem));
}

// The bytes of the well-formed UTF-8 sequence (Unicode 15, table 3-7) that `text` begins with; 0 if it is malformed.
size_t Utf8SequenceLength(absl::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
  const auto continues = [&](size_t i, int low = 0x80, int high = 0xBF) { return byte(i) >= low && byte(i) <= high; };
  const int lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const int low = lead == 0xE0 ? 0xA0 : 0x80;   // shorter forms exist below
    const int high = lead == 0xED ? 0x9F : 0xBF;  // surrogates above
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const int low = lead == 0xF0 ? 0x90 : 0x80;
    const int high = lead == 0xF4 ? 0x8F : 0xBF;  // beyond U+10FFFF
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

size_t ValueBytes(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    size_t bytes = 0;
    for (const std::string& element : *list) bytes += element.size() + sizeof(std::string);
    return bytes;
  }
  return sizeof(double);
}

absl::Status ValidateAttributesSize(const Attributes& attributes) {
  size_t bytes = 0;
  for (const auto& [name, value] : attributes) bytes += name.size() + ValueBytes(value);
  if (bytes > kMaxAttributesBytes) {
    return Invalid("attributes", absl::StrCat("take ", bytes, " bytes; at most ", kMaxAttributesBytes, " are kept"));
  }
  return absl::OkStatus();
}

// `what` is what messages call it.
absl::Status ValidateName(absl::string_view name, absl::string_view what) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  };
  if (name.empty()) return Invalid("name", "is empty");
  if (name.size() > kMaxCollectionNameBytes || name[0] == '.' || !std::all_of(name.begin(), name.end(), allowed)) {
    return Invalid("name", absl::StrCat(what, " is 1 to ", kMaxCollectionNameBytes,
                                        " of A-Z a-z 0-9 _ - . and does not start with a dot"));
  }
  return absl::OkStatus();
}

// What ids and groups have in common.
absl::Status ValidateText(absl::string_view field, absl::string_view name) {
  if (name.size() > kMaxIdBytes) {
    return Invalid(field, absl::StrCat("has ", name.size(), " bytes; at most ", kMaxIdBytes, " are allowed"));
  }
  for (size_t i = 0; i < name.size();) {
    const size_t length = Utf8SequenceLength(name.substr(i));
    if (length == 0) return Invalid(field, absl::StrCat("is not UTF-8 at byte ", i + 1));
    if (absl::ascii_iscntrl(static_cast<unsigned char>(name[i]))) {
      return Invalid(field, absl::StrCat("has a control character at byte ", i + 1));
    }
    i += length;
  }
  return absl::OkStatus();
}

// As ImageDigest() makes it: it stands in for the file, and every item's is held in memory.
bool IsDigest(absl::string_view text) {
  constexpr size_t kHexDigits = 64;
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kHexDigits && std::all_of(text.begin(), text.end(), is_digit);
}

absl::Status ValidateThumbnail(absl::string_view field, const ItemImage& image) {
  constexpr absl::string_view kStartOfJpeg = "\xff\xd8\xff";
  if (image.thumbnail.empty()) return absl::OkStatus();
  if (image.digest.empty()) return Invalid(field, "has no digest beside it, under which it could be kept");
  if (image.thumbnail.size() > kMaxThumbnailBytes) {
    return Invalid(field,
                   absl::StrCat("has ", image.thumbnail.size(), " bytes; at most ", kMaxThumbnailBytes, " are kept"));
  }
  return absl::StartsWith(image.thumbnail, kStartOfJpeg) ? absl::OkStatus() : Invalid(field, "is not a JPEG");
}

// On success every embedding is normalised.
absl::Status PrepareImages(size_t dimension, std::vector<ItemImage>& images) {
  if (absl::Status status = ValidateCount("images", images.size(), 1, kMaxItemImages); !status.ok()) return status;
  for (size_t i = 0; i < images.size(); ++i) {
    const std::string field = absl::StrCat("images[", i, "].");
    Embedding& embedding = images[i].embedding;
    if (embedding.size() != dimension) {
      return Invalid(field + "embedding",
                     absl::StrCat("has ", embedding.size(), " values; the collection's dimension is ", dimension));
    }
    const absl::Status status = Normalize(embedding);
    if (!status.ok()) return absl::Status(status.code(), field + std::string(status.message()));
    if (!images[i].digest.empty() && !IsDigest(images[i].digest)) {
      return Invalid(field + "digest", "is not 64 lower-case hex digits");
    }
    if (absl::Status bad = ValidateThumbnail(field + "thumbnail", images[i]); !bad.ok()) return bad;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateProfileName(absl::string_view name) { return ValidateName(name, "a ranking profile's name"); }

absl::Status ValidateItemId(absl::string_view id) {
  if (id.empty()) return Invalid("id", "is empty");
  return ValidateText("id", id);
}

absl::Status ValidateGroup(absl::string_view group) { return ValidateText("group", group); }

absl::Status ValidateSpec(const CollectionSpec& spec) {
  if (absl::Status status = ValidateName(spec.name, "a collection's name"); !status.ok()) return status;
  if (spec.model_id.size() > kMaxModelIdBytes) {
    return Invalid("model_id", absl::StrCat("has ", spec.model_id.size(), " bytes; at most ", kMaxModelIdBytes));
  }
  return ValidateCount("dimension", spec.dimension, 1, kMaxDimension);
}

absl::Status PrepareItem(size_t dimension, AttributeSchema& schema, Item& item) {
  if (absl::Status status = ValidateItemId(item.id); !status.ok()) return status;
  if (absl::Status status = PrepareImages(dimension, item.images); !status.ok()) return status;
  if (absl::Status status = ValidateGroup(item.group); !status.ok()) return status;
  return PrepareAttributes(schema, item.attributes);
}

absl::Status PrepareAttributes(AttributeSchema& schema, const Attributes& attributes) {
  if (absl::Status status = ValidateAttributesSize(attributes); !status.ok()) return status;
  AttributeSchema extended = schema;
  if (absl::Status status = ExtendSchema(attributes, extended); !status.ok()) return status;
  if (extended.size() > kMaxSchemaAttributes) {
    return Invalid("attributes", absl::StrCat("the collection has ", kMaxSchemaAttributes,
                                              " different attributes already; it takes no new names"));
  }
  schema = std::move(extended);
  return absl::OkStatus();
}

absl::Status ValidateCount(absl::string_view field, size_t value, size_t least, size_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Invalid(field, absl::StrCat("must be ", least, " to ", most, ", got ", value));
}

absl::Status ValidateModel(absl::string_view offered, const CollectionSpec& spec) {
  if (offered.empty() || spec.model_id.empty() || offered == spec.model_id) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("model_id: collection \"", spec.name, "\" holds embeddings of model \"", spec.model_id,
                   "\"; those of model \"", offered, "\" cannot be compared with them"));
}

}  // namespace lookalike
