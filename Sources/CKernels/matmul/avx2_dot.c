#if defined(__x86_64__)
#include "../x86/vector_avx2.h"

#include <assert.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#include "dot.h"

#define DOTS(name, ELEMENT)                                                                                        \
  void ttq_matmul_##name##_avx2_r8x1(const ttq_matmul_args *a) { multiply_by_dots(TTQ_##ELEMENT, a, 8, 1); }       \
  void ttq_matmul_##name##_avx2_r4x2(const ttq_matmul_args *a) { multiply_by_dots(TTQ_##ELEMENT, a, 4, 2); }

DOTS(bf16, BF16)
DOTS(f16, F16)
DOTS(f32, F32)

#pragma clang attribute pop
#endif
