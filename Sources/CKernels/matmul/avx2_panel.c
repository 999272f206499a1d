#if defined(__x86_64__)
#include "../x86/vector_avx2.h"

#include <assert.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#include "panel.h"

void ttq_matmul_bf16_avx2_r16x6(const ttq_matmul_args *a) { multiply_by_panels(TTQ_BF16, a); }
void ttq_matmul_f16_avx2_r16x6(const ttq_matmul_args *a) { multiply_by_panels(TTQ_F16, a); }
void ttq_matmul_f32_avx2_r16x6(const ttq_matmul_args *a) { multiply_by_panels(TTQ_F32, a); }

#pragma clang attribute pop
#endif
