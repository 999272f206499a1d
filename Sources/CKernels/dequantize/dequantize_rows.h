#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `dequantize`, each for every bit width: name, revision, ISA token, file, summary, function less its suffix
// _q<bits>.
//   avx2_r16    widens 8 channels of 8 rows, a lane a row, and transposes them in registers into runs of rows
//   avx512_r16  the same for 16 x 16
//   avx2_c16, avx512_c16  the same on layout compact16
#if defined(__x86_64__)
#define TTQ_DEQUANTIZE_VARIANTS(V) \
  V("avx2_r16", 2, AVX2, "avx2.c", "8 x 8 blocks transposed in registers", avx2_r16) \
  V("avx512_r16", 2, AVX512, "avx512.c", "16 x 16 blocks transposed in registers", avx512_r16)
#define TTQ_DEQUANTIZE_COMPACT_VARIANTS(V) \
  V("avx2_c16", 1, AVX2, "avx2.c", "8 x 8 blocks, scales and minima in 8 bits", avx2_c16) \
  V("avx512_c16", 1, AVX512, "avx512.c", "16 x 16 blocks, scales and minima in 8 bits", avx512_c16)
#else
#define TTQ_DEQUANTIZE_VARIANTS(V)
#define TTQ_DEQUANTIZE_COMPACT_VARIANTS(V)
#endif

#define TTQ_DEQUANTIZE_PROTOTYPES(name, revision, isa, file, summary, function) \
  void ttq_dequantize_##function##_q2(const ttq_dequantize_args *); \
  void ttq_dequantize_##function##_q3(const ttq_dequantize_args *); \
  void ttq_dequantize_##function##_q4(const ttq_dequantize_args *); \
  void ttq_dequantize_##function##_q5(const ttq_dequantize_args *); \
  void ttq_dequantize_##function##_q8(const ttq_dequantize_args *);
TTQ_DEQUANTIZE_VARIANTS(TTQ_DEQUANTIZE_PROTOTYPES)
TTQ_DEQUANTIZE_COMPACT_VARIANTS(TTQ_DEQUANTIZE_PROTOTYPES)
