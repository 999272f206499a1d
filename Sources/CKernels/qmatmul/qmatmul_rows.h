#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `qmatmul` on layout panel16, each for every bit width: name, revision, ISA token, activation, file, least tokens,
// summary, function less its suffix _q<bits>. r<rows>x<tokens> is the register tile; what is left over takes smaller tiles.
//   f32/...            codes widened to f32, activations as they are: exact up to rounding
//   a8/avx2_...        vpmaddubsw on int8 activations, 16-bit sums within a chunk
//   a8/avx512vnni_...  vpdpbusd: masked and shifted, a vector of the layout is its operand
//   x1                 for decoding: bound by memory, so weights are fetched ahead and all else is hidden behind that
//   more tokens        for prefill: codes are taken apart once for the tile's tokens
//   r32                two panels share each broadcast of activations
#if defined(__x86_64__)
#define TTQ_QMATMUL_VARIANTS(V) \
  V("f32/avx2_r16x1", 1, AVX2, F32, "avx2_f32.c", 1, "one token, 2 x 8 lanes", f32_avx2_r16x1) \
  V("f32/avx2_r16x4", 1, AVX2, F32, "avx2_f32.c", 2, "4 tokens share a widened code", f32_avx2_r16x4) \
  V("f32/avx512_r16x1", 1, AVX512, F32, "avx512_f32.c", 1, "one token, 16 lanes", f32_avx512_r16x1) \
  V("f32/avx512_r16x4", 1, AVX512, F32, "avx512_f32.c", 2, "4 tokens share a widened code", f32_avx512_r16x4) \
  V("f32/avx512_r16x8", 1, AVX512, F32, "avx512_f32.c", 2, "8 tokens share a widened code", f32_avx512_r16x8) \
  V("a8/avx2_r16x1", 1, AVX2, A8, "avx2_a8.c", 1, "one token, vpmaddubsw", a8_avx2_r16x1) \
  V("a8/avx2_r16x2", 1, AVX2, A8, "avx2_a8.c", 2, "2 tokens share unpacked codes", a8_avx2_r16x2) \
  V("a8/avx2_r16x4", 1, AVX2, A8, "avx2_a8.c", 2, "4 tokens share unpacked codes", a8_avx2_r16x4) \
  V("a8/avx512vnni_r16x1", 1, AVX512VNNI, A8, "avx512vnni_a8.c", 1, "one token, vpdpbusd", a8_avx512vnni_r16x1) \
  V("a8/avx512vnni_r32x1", 1, AVX512VNNI, A8, "avx512vnni_a8.c", 1, "one token, two panels at once", a8_avx512vnni_r32x1) \
  V("a8/avx512vnni_r16x4", 1, AVX512VNNI, A8, "avx512vnni_a8.c", 2, "4 tokens share unpacked codes", a8_avx512vnni_r16x4) \
  V("a8/avx512vnni_r16x12", 1, AVX512VNNI, A8, "avx512vnni_a8.c", 2, "12 tokens share unpacked codes", a8_avx512vnni_r16x12) \
  V("a8/avx512vnni_r32x8", 1, AVX512VNNI, A8, "avx512vnni_a8.c", 2, "8 tokens, two panels share a broadcast", a8_avx512vnni_r32x8)
#else
#define TTQ_QMATMUL_VARIANTS(V)
#endif

#define TTQ_QMATMUL_PROTOTYPES(name, revision, isa, activation, file, least_tokens, summary, function) \
  void ttq_qmatmul_##function##_q2(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q3(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q4(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q5(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q8(const ttq_qmatmul_args *);
TTQ_QMATMUL_VARIANTS(TTQ_QMATMUL_PROTOTYPES)
