// SPDX-License-Identifier: Apache-2.0
#include "services/cli/csv_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <csv.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "services/cli/picture_folder.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;
using google::protobuf::Value;

using Row = std::vector<std::string>;

enum class ColumnType { kString, kNumber, kBool, kList };

struct Column {
  std::string name;
  ColumnType type = ColumnType::kString;
};

absl::StatusOr<std::vector<Row>> ParseRows(const std::string& text) {
  struct Parsed {
    std::vector<Row> rows;
    Row row;
  } parsed;
  csv_parser parser;
  csv_init(&parser, CSV_APPEND_NULL | CSV_STRICT | CSV_STRICT_FINI);
  const auto on_field = [](void* field, size_t size, void* data) {
    static_cast<Parsed*>(data)->row.emplace_back(static_cast<const char*>(field), size);
  };
  const auto on_row = [](int, void* data) {
    auto* into = static_cast<Parsed*>(data);
    into->rows.push_back(std::exchange(into->row, {}));
  };
  const size_t read = csv_parse(&parser, text.data(), text.size(), on_field, on_row, &parsed);
  const bool good = read == text.size() && csv_fini(&parser, on_field, on_row, &parsed) == 0;
  const std::string problem = csv_strerror(csv_error(&parser));
  csv_free(&parser);
  if (!good) return absl::InvalidArgumentError(absl::StrCat("row ", parsed.rows.size() + 1, ": ", problem));
  return std::move(parsed.rows);
}

bool IsNumber(const std::string& cell) {
  double number;
  return absl::SimpleAtod(cell, &number);
}

bool IsBool(const std::string& cell) { return cell == "true" || cell == "false"; }

// What every cell of the column that is not empty can be read as.
ColumnType InferType(const std::vector<Row>& rows, size_t column) {
  bool numbers = true, bools = true, any = false;
  for (size_t r = 1; r < rows.size(); ++r) {
    if (column >= rows[r].size() || rows[r][column].empty()) continue;
    any = true;
    numbers = numbers && IsNumber(rows[r][column]);
    bools = bools && IsBool(rows[r][column]);
  }
  if (!any) return ColumnType::kString;
  return numbers ? ColumnType::kNumber : bools ? ColumnType::kBool : ColumnType::kString;
}

absl::StatusOr<Column> ParseColumn(const std::vector<Row>& rows, size_t index) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(rows[0][index], absl::MaxSplits(':', 1));
  const auto& [name, type] = parts;
  if (type.empty()) return Column{name, InferType(rows, index)};
  if (type == "string") return Column{name, ColumnType::kString};
  if (type == "number") return Column{name, ColumnType::kNumber};
  if (type == "bool") return Column{name, ColumnType::kBool};
  if (type == "list") return Column{name, ColumnType::kList};
  return absl::InvalidArgumentError(
      absl::StrCat("column \"", rows[0][index], "\": a type is string, number, bool or list"));
}

absl::StatusOr<Value> ParseCell(const Column& column, const std::string& cell) {
  Value value;
  double number = 0;
  switch (column.type) {
    case ColumnType::kString:
      value.set_string_value(cell);
      return value;
    case ColumnType::kNumber:
      if (!absl::SimpleAtod(cell, &number)) break;
      value.set_number_value(number);
      return value;
    case ColumnType::kBool:
      if (!IsBool(cell)) break;
      value.set_bool_value(cell == "true");
      return value;
    case ColumnType::kList:
      for (absl::string_view element : absl::StrSplit(cell, '|')) {
        value.mutable_list_value()->add_values()->set_string_value(std::string(element));
      }
      return value;
  }
  return absl::InvalidArgumentError(absl::StrCat("column \"", column.name, "\": \"", cell, "\" is not a ",
                                                 column.type == ColumnType::kNumber ? "number" : "bool"));
}

class CsvSource : public IngestSource {
 public:
  CsvSource(fs::path folder, std::vector<Column> columns, std::vector<Row> rows)
      : folder_(std::move(folder)), columns_(std::move(columns)), rows_(std::move(rows)) {}

  absl::StatusOr<std::optional<SourceItem>> Next() override {
    if (next_ == rows_.size()) return std::nullopt;
    const size_t row = next_++;
    absl::StatusOr<SourceItem> item = ParseRow(rows_[row]);
    if (item.ok()) return *std::move(item);
    return absl::InvalidArgumentError(absl::StrCat("row ", row + 1, ": ", item.status().message()));
  }

  size_t size() const override { return rows_.size() - 1; }

 private:
  absl::StatusOr<SourceItem> ParseRow(const Row& row) const {
    if (row.size() != columns_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("has ", row.size(), " cells; the header has ", columns_.size()));
    }
    SourceItem item;
    for (size_t i = 0; i < row.size(); ++i) {
      if (columns_[i].name == "id") {
        item.id = row[i];
      } else if (columns_[i].name == "image") {
        for (absl::string_view picture : absl::StrSplit(row[i], '|')) {
          item.pictures.push_back(folder_ / std::string(picture));
        }
      } else if (columns_[i].name == "group") {
        item.group = row[i];
      } else if (columns_[i].name == "version") {
        if (!row[i].empty() && !absl::SimpleAtoi(row[i], &item.version)) {
          return absl::InvalidArgumentError(
              absl::StrCat("column \"version\": \"", row[i], "\" is not a whole number from 0 on"));
        }
      } else if (!row[i].empty()) {
        absl::StatusOr<Value> value = ParseCell(columns_[i], row[i]);
        if (!value.ok()) return value.status();
        item.attributes[columns_[i].name] = *std::move(value);
      }
    }
    return item;
  }

  const fs::path folder_;
  const std::vector<Column> columns_;
  const std::vector<Row> rows_;  // the header among them
  size_t next_ = 1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IngestSource>> OpenCsv(const fs::path& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<Row>> rows = ParseRows(*text);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::InvalidArgumentError(absl::StrCat("\"", path.string(), "\" has no header line"));
  std::vector<Column> columns;
  for (size_t i = 0; i < rows->front().size(); ++i) {
    absl::StatusOr<Column> column = ParseColumn(*rows, i);
    if (!column.ok()) return column.status();
    columns.push_back(*std::move(column));
  }
  for (const char* name : {"id", "image"}) {
    if (std::none_of(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; })) {
      return absl::InvalidArgumentError(
          absl::StrCat("the header of \"", path.string(), "\" needs a column \"", name, "\""));
    }
  }
  return std::make_unique<CsvSource>(path.parent_path(), std::move(columns), *std::move(rows));
}

}  // namespace lookalike
