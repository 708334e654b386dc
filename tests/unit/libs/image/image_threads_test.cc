// SPDX-License-Identifier: Apache-2.0
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "libs/image/decode.h"
#include "libs/image/encode.h"
#include "libs/image/preprocess.h"
#include "libs/image/product_drawing.h"

namespace lookalike {
namespace {

constexpr int kThreads = 4;

// From a drawing through a file to the model's input: everything that the header files call thread-safe.
std::vector<float> DrawEncodeDecodePreprocess() {
  const Image drawn = DrawProduct(ProductDrawing(), ProductView(), 64).value();
  const Image decoded = DecodeImage(EncodeJpeg(drawn, 90).value(), ImageLimits()).value();
  const Preprocessing preprocessing = PreprocessingProfile("starter", 16).value();
  std::vector<float> values(InputValues(preprocessing));
  EXPECT_TRUE(Preprocess(decoded, preprocessing, values).ok());
  return values;
}

TEST(ImageThreadsTest, ManyThreadsGetTheResultOfOne) {
  std::vector<std::vector<float>> results(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<float>& result : results) {
    threads.emplace_back([&result] { result = DrawEncodeDecodePreprocess(); });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<float> alone = DrawEncodeDecodePreprocess();
  for (const std::vector<float>& result : results) EXPECT_EQ(result, alone);
}

}  // namespace
}  // namespace lookalike
