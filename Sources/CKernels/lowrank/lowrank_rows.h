#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `lowrank`: name, revision, ISA token, file, summary, function.
//   avx2    both products by panels of 16 rows, widened and transposed once for 64 tokens, so that a lane is a row
//           (3072x1024, rank 16: 1.4 x simd at one token, 13 x at 512)
//   avx512  the same with panels of 32 rows (1.4 x at one token, 1.13 x at 512)
#if defined(__x86_64__)
#define TTQ_LOWRANK_VARIANTS(V) \
  V("avx2", 1, AVX2, "avx2.c", "panels of 16 rows widened for 64 tokens", avx2) \
  V("avx512", 1, AVX512, "avx512.c", "panels of 32 rows widened for 64 tokens", avx512)
#else
#define TTQ_LOWRANK_VARIANTS(V)
#endif

#define TTQ_LOWRANK_PROTOTYPE(name, revision, isa, file, summary, function) \
  void ttq_lowrank_##function(const ttq_lowrank_args *);
TTQ_LOWRANK_VARIANTS(TTQ_LOWRANK_PROTOTYPE)
