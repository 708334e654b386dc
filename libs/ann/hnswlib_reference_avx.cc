// SPDX-License-Identifier: Apache-2.0
// Where there is no AVX (ARM), hnswlib has portable code only.
#if defined(__x86_64__)
#define LOOKALIKE_VECTOR_TARGET _Pragma("GCC target(\"avx2,fma\")")
#else
#define LOOKALIKE_VECTOR_TARGET
#endif
#define LOOKALIKE_VARIANT(name) name##_avx
#include "libs/ann/hnswlib_reference_body.h"
