// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)

#include <arm_neon.h>

#include "libs/vector/code_kernels_of_processors.h"

namespace lookalike {
namespace {

// sum + the products of 16 values, four in each lane. High bytes are below 128, so they are signed bytes too.
int32x4_t AddProducts(int32x4_t sum, const uint8_t* high, int8x16_t query) {
  const int8x16_t values = vreinterpretq_s8_u8(vld1q_u8(high));
#if defined(__ARM_FEATURE_DOTPROD)
  return vdotq_s32(sum, values, query);
#else
  // Two products fit 16 bits.
  const int16x8_t products = vmull_s8(vget_low_s8(values), vget_low_s8(query));
  return vpadalq_s16(sum, vmlal_high_s8(products, values, query));
#endif
}

int32_t Dot(const uint8_t* high, const int8_t* query, size_t size) {
  int32x4_t sum0 = vdupq_n_s32(0), sum1 = sum0;
  for (size_t i = 0; i < size; i += 32) {
    sum0 = AddProducts(sum0, high + i, vld1q_s8(query + i));
    sum1 = AddProducts(sum1, high + i + 16, vld1q_s8(query + i + 16));
  }
  return vaddvq_s32(vaddq_s32(sum0, sum1));
}

void Dot4(const uint8_t* const high[4], const int8_t* query, size_t size, int32_t products[4]) {
  int32x4_t sum0 = vdupq_n_s32(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (size_t i = 0; i < size; i += 16) {
    const int8x16_t q = vld1q_s8(query + i);
    sum0 = AddProducts(sum0, high[0] + i, q);
    sum1 = AddProducts(sum1, high[1] + i, q);
    sum2 = AddProducts(sum2, high[2] + i, q);
    sum3 = AddProducts(sum3, high[3] + i, q);
  }
  vst1q_s32(products, vpaddq_s32(vpaddq_s32(sum0, sum1), vpaddq_s32(sum2, sum3)));
}

// sum + v · query for four values, the product rounded before the addition: not vmlaq_f32, which may fuse them.
float32x4_t AddProducts(float32x4_t sum, uint16x4_t v, const float* query) {
  return vaddq_f32(sum, vmulq_f32(vcvtq_f32_u32(vmovl_u16(v)), vld1q_f32(query)));
}

float DotExact(const uint8_t* high, const uint8_t* low, const float* query, size_t size) {
  float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
  for (size_t i = 0; i < size; i += 16) {
    const uint8x16_t highs = vld1q_u8(high + i), lows = vld1q_u8(low + i);
    const uint16x8_t first = vreinterpretq_u16_u8(vzip1q_u8(lows, highs));
    const uint16x8_t second = vreinterpretq_u16_u8(vzip2q_u8(lows, highs));
    sums[0] = AddProducts(sums[0], vget_low_u16(first), query + i);
    sums[1] = AddProducts(sums[1], vget_high_u16(first), query + i + 4);
    sums[2] = AddProducts(sums[2], vget_low_u16(second), query + i + 8);
    sums[3] = AddProducts(sums[3], vget_high_u16(second), query + i + 12);
  }
  const float32x4_t quarter = vaddq_f32(vaddq_f32(sums[0], sums[2]), vaddq_f32(sums[1], sums[3]));
  const float32x2_t pair = vadd_f32(vget_low_f32(quarter), vget_high_f32(quarter));
  return vget_lane_f32(pair, 0) + vget_lane_f32(pair, 1);
}

}  // namespace

const CodeKernel kNeonCodeKernel = {"neon", Dot, Dot4, DotExact};

}  // namespace lookalike

#endif  // defined(__aarch64__)
