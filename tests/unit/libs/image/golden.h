// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "libs/image/decode.h"

namespace lookalike {

// The bytes of a file made by golden/make_golden.py.
inline std::string ReadGolden(const std::string& name) {
  std::ifstream file("tests/unit/libs/image/golden/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Image DecodeGolden(const std::string& name) {
  const absl::StatusOr<Image> image = DecodeImage(ReadGolden(name), ImageLimits());
  EXPECT_TRUE(image.ok()) << name << ": " << image.status();
  return image.value_or(Image());
}

}  // namespace lookalike
