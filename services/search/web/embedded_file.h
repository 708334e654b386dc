// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "absl/strings/string_view.h"

namespace lookalike {

// A file that the build has put into the program.
struct EmbeddedFile {
  absl::string_view name;  // without a folder
  absl::string_view bytes;
};

// The page: all of services/search/web but its C++.
std::span<const EmbeddedFile> WebFiles();

// One file: the .proto files of VisualSearch with their comments, as a google.protobuf.FileDescriptorSet.
std::span<const EmbeddedFile> ApiDescription();

}  // namespace lookalike
