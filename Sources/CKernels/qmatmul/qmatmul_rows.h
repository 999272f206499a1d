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

// The ladder on layout planes16, for one token and int8 activations, exact: name, revision, ISA token, file, floats of scratch
// for each channel, summary, function less its suffix. More tokens are taken one by one. They stand below the rungs of panel16.
// Speeds are a8/avx512vnni_r16x1's time over theirs on Zen 5, groups of 32, cold, at 3072x1024 and 4096x4096; in brackets with
// the weights fetched there as they are here (every line, 8 KiB ahead, where revision 1 takes 2 KiB and leaves scales out).
//   a8/avx512bitalg_r16x1  and + vpopcntw for each pair of a plane of codes and one of the eight of the activations.
//                          2 bit 1.06, 1.05 (0.93, 0.87); 4 bit 0.95, 0.97 (0.87, 0.83). Bound by issue: 16 x 16 codes take 28
//                          instructions at 2 bit, 56 at 4; vpdpbusd with its masks and shifts 11 and 10. In L2 0.52 and 0.29
//   a8/avx512_table_r16x1  sixteen channels of a plane are three look-ups in tables of subset sums, the same for all planes.
//                          2 bit 1.18, 0.87 (0.97, 0.71); 4 bit 1.10, 0.92 (0.96, 0.75). Bound by memory up to 1024 channels;
//                          beyond, by tables (16 bytes a channel) that leave L1. It takes 8 and 16 instructions, 5 and 6 loads
//                          for them: in L2 0.92 and 0.64, at 2 bit in groups of 128 1.31
// Other look-ups are not rows: Zen 5 issues two of vpshufb, vpermb, vpermw and vpermi2w alike each cycle, so what one of them
// covers decides. A look-up in 16-bit entries covers 32 words x 5 or 6 bits and is added as it is; in bytes it takes two, for
// low and high byte, of 64 rows x 6 bits (vpermb) or 4 bits (vpshufb), and carries to mend.
#if defined(__x86_64__)
#define TTQ_QMATMUL_PLANES(V) \
  V("a8/avx512bitalg_r16x1", 1, AVX512BITALG, "avx512bitalg_planes.c", 1, "bit planes: and, vpopcntw", a8_avx512bitalg_r16x1) \
  V("a8/avx512_table_r16x1", 1, AVX512, "avx512_table.c", 4, "subset sums looked up by vpermw", a8_avx512_table_r16x1)
#else
#define TTQ_QMATMUL_PLANES(V)
#endif

#define TTQ_QMATMUL_PLANES_PROTOTYPES(name, revision, isa, file, scratch, summary, function) \
  TTQ_QMATMUL_PROTOTYPES(name, revision, isa, A8, file, 1, summary, function)
TTQ_QMATMUL_PLANES(TTQ_QMATMUL_PLANES_PROTOTYPES)
