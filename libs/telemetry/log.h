// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// The log of one process: one line an event, on standard error, from any thread:
//   2026-05-01T10:00:00.123Z info model loaded model_id=vgg16-1f2e dimension=512
// The message is a constant, so that events of one kind can be found; what differs is in the fields.
namespace lookalike {

enum class LogLevel { kInfo, kWarning, kError };

// "info", "warning" or "error"; InvalidArgument for anything else.
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text);

// Events below `level` are dropped. kInfo until called.
void SetLogLevel(LogLevel level);

// Names a part of an event: {"model_id", id}. Values are strings or numbers; one with spaces, quotes or control
// characters is quoted and escaped, so that no value can forge a line or a field.
struct LogField {
  LogField(absl::string_view field_name, const absl::AlphaNum& field_value)
      : name(field_name), value(field_value.Piece()) {}
  std::string name;
  std::string value;
};

void LogInfo(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogWarning(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogError(absl::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace lookalike
