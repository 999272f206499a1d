#pragma once
#include "../include/ttq_kernels.h"
#include "../matmul/matmul_rows.h"

// The ladder of `matmulQuantize`: each is the block variant of `matmul` that quantizes the rows of a block while their transposed
// panels are in the cache, so that no row is read, widened or transposed again. Beside its `matmul` alone, 512 tokens, q4g32 (3072x1024,
// 4096x4096):
//   bf16/bf16/avx512bf16_r64x6  1.02-1.03 and 1.03-1.04 times the time; `quantize` after it would make it 1.07 and 1.06
//   .../avx512_r64x6            1.02 and 1.03 times; `quantize` after it 1.04 and 1.03
// V(name, function less its suffix _q<bits>, element, activation, revision, ISA token, file, summary)
#if defined(__x86_64__)
#define TTQ_MATMUL_QUANTIZE_VARIANTS(V) \
  V("bf16/avx512_r64x6", bf16_avx512_r64x6, BF16, F32, 4, AVX512, "avx512.c", "quantizes the panels of a block")  \
  V("f16/avx512_r64x6", f16_avx512_r64x6, F16, F32, 4, AVX512, "avx512.c", "quantizes the panels of a block")     \
  V("f32/avx512_r64x6", f32_avx512_r64x6, F32, F32, 4, AVX512, "avx512.c", "quantizes the panels of a block")     \
  V("bf16/bf16/avx512bf16_r64x6", bf16_bf16_avx512bf16_r64x6, BF16, BF16, 4, AVX512BF16, "avx512bf16.c",          \
    "quantizes the panels of a block")
#else
#define TTQ_MATMUL_QUANTIZE_VARIANTS(V)
#endif

#define TTQ_MATMUL_QUANTIZE_PROTOTYPES(name, function, ...)                                  \
  uint32_t ttq_matmul_quantize_##function##_q2(const ttq_matmul_quantize_args *);          \
  uint32_t ttq_matmul_quantize_##function##_q3(const ttq_matmul_quantize_args *);          \
  uint32_t ttq_matmul_quantize_##function##_q4(const ttq_matmul_quantize_args *);          \
  uint32_t ttq_matmul_quantize_##function##_q5(const ttq_matmul_quantize_args *);          \
  uint32_t ttq_matmul_quantize_##function##_q8(const ttq_matmul_quantize_args *);
TTQ_MATMUL_QUANTIZE_VARIANTS(TTQ_MATMUL_QUANTIZE_PROTOTYPES)
