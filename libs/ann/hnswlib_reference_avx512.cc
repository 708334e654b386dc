// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define LOOKALIKE_VECTOR_TARGET _Pragma("GCC target(\"avx512f,avx512bw,avx512dq,avx512vl,avx2,fma\")")
#else
#define LOOKALIKE_VECTOR_TARGET
#endif
#define LOOKALIKE_VARIANT(name) name##_avx512
#include "libs/ann/hnswlib_reference_body.h"
