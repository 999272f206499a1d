#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `qmatmul` on layout panel16: name, revision, ISA token, activation, file, least tokens, most groups of K in one
// pass of the inner loop (0: weights are walked in one way only), summary, function less its suffix _q<bits>, scratch floats. r<rows>x<tokens> is the register tile; what is left over takes smaller tiles.
//   f32/...               codes widened to f32, activations as they are: exact up to rounding
//   a8/avx2_r16x1, x2, x4 vpmaddubsw on int8 activations, 16-bit sums within a chunk
//   a8/avx2_r16x3         a panel is unpacked to bytes once for all tokens: 1.3 times r16x4 at T = 512 (53 % of the vpmaddubsw
//                         roof). Products and 16-bit additions together fill the four pipes
//   a8/avx512vnni_r16x1   vpdpbusd: masked and shifted, a vector of the layout is its operand. Bound by memory: fetching 8 KiB
//                         ahead in place of 2 is 1.15 times as fast (92 % of the read roof)
//   a8/avx512vnni_r16x4, x8  tokens share the codes that were taken apart, and are interleaved first: 1.3 times rows that lie
//                         K apart at K = 1024, 2.3 times at K = 4096, where these evict each other from L1
//   a8/avx512vnni_r32x6   two panels unpacked once for all tokens share each broadcast: 1.05 times r16x8 at T = 512. The
//                         epilogue's multiply and two multiply-adds for 8 vpdpbusd, all on two pipes, leave 73 % of the roof;
//                         it reaches 67 %
#if defined(__x86_64__)
// V is for every bit width, N (narrow) for those whose products vpmaddubsw can add without saturating: all but 8 bits.
#define TTQ_QMATMUL_VARIANTS(V, N) \
  V("f32/avx2_r16x1", 5, AVX2, F32, "avx2_f32.c", 1, 1, "one token, 2 x 8 lanes", f32_avx2_r16x1, NULL) \
  V("f32/avx2_r16x4", 5, AVX2, F32, "avx2_f32.c", 2, 1, "4 tokens share a widened code", f32_avx2_r16x4, NULL) \
  V("f32/avx512_r16x1", 5, AVX512, F32, "avx512_f32.c", 1, 1, "one token, 16 lanes", f32_avx512_r16x1, NULL) \
  V("f32/avx512_r16x4", 5, AVX512, F32, "avx512_f32.c", 2, 1, "4 tokens share a widened code", f32_avx512_r16x4, NULL) \
  V("f32/avx512_r16x8", 5, AVX512, F32, "avx512_f32.c", 2, 1, "8 tokens share a widened code", f32_avx512_r16x8, NULL) \
  V("a8/avx2_r16x1", 5, AVX2, A8, "avx2_a8.c", 1, 4, "one token, vpmaddubsw", a8_avx2_r16x1, NULL) \
  V("a8/avx2_r16x2", 5, AVX2, A8, "avx2_a8.c", 2, 2, "2 tokens share unpacked codes", a8_avx2_r16x2, NULL) \
  V("a8/avx2_r16x4", 5, AVX2, A8, "avx2_a8.c", 2, 1, "4 tokens share unpacked codes", a8_avx2_r16x4, NULL) \
  N("a8/avx2_r16x3", 3, AVX2, A8, "avx2_a8_unpacked.c", 2, 0, "a panel unpacked once for all tokens", a8_avx2_r16x3, ttq_qmatmul_unpacked256_floats) \
  V("a8/avx512vnni_r16x1", 5, AVX512VNNI, A8, "avx512vnni_a8.c", 1, 1, "one token, vpdpbusd", a8_avx512vnni_r16x1, NULL) \
  V("a8/avx512vnni_r16x4", 5, AVX512VNNI, A8, "avx512vnni_a8_interleaved.c", 2, 1, "4 interleaved tokens share unpacked codes", a8_avx512vnni_r16x4, ttq_qmatmul_interleaved_floats) \
  V("a8/avx512vnni_r16x8", 4, AVX512VNNI, A8, "avx512vnni_a8_interleaved.c", 2, 1, "8 interleaved tokens share unpacked codes", a8_avx512vnni_r16x8, ttq_qmatmul_interleaved_floats) \
  V("a8/avx512vnni_r32x6", 3, AVX512VNNI, A8, "avx512vnni_a8_unpacked.c", 128, 0, "two panels unpacked once for all tokens", a8_avx512vnni_r32x6, ttq_qmatmul_unpacked512_floats)
#else
#define TTQ_QMATMUL_VARIANTS(V, N)
#endif

size_t ttq_qmatmul_interleaved_floats(size_t k, size_t group);
size_t ttq_qmatmul_unpacked256_floats(size_t k, size_t group);
size_t ttq_qmatmul_unpacked512_floats(size_t k, size_t group);

#define TTQ_QMATMUL_NARROW_PROTOTYPES(name, revision, isa, activation, file, least_tokens, unrolls, summary, function, scratch) \
  void ttq_qmatmul_##function##_q2(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q3(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q4(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q5(const ttq_qmatmul_args *);
#define TTQ_QMATMUL_PROTOTYPES(name, revision, isa, activation, file, least_tokens, unrolls, summary, function, scratch) \
  TTQ_QMATMUL_NARROW_PROTOTYPES(name, revision, isa, activation, file, least_tokens, unrolls, summary, function, scratch) \
  void ttq_qmatmul_##function##_q8(const ttq_qmatmul_args *);
TTQ_QMATMUL_VARIANTS(TTQ_QMATMUL_PROTOTYPES, TTQ_QMATMUL_NARROW_PROTOTYPES)

// The rungs above, on layout panel16: scales in fixed point, relative to the largest of their row and token. Rows declare the most by which
// they err where scales are even, and where one group of the weights, or of the activations, is 1000 times louder than all others. Where a
// group of each is, and not the same one, what other groups add is lost among the steps: ten times louder errs within the tolerance,
// 1000 times by 2 % (AVX-512) and 21 % (AVX2). x / D and W * D are loud in the same groups: D is that of both.
// Shares of roofs are of T = 512 at 4 bit, cold, 3072x1024 and 4096x4096.
//   a8/avx2_fixed_r16x3   a chunk's 16-bit sums meet their scale in one vpmaddwd, where f32 takes one to widen them, a multiply and
//                         two multiply-adds: 65 and 64 % of the vpmaddubsw roof, in turns with r16x3's 53 and 53 %
//   a8/avx512vnni_fixed_r32x6  for two chunks 16 vpdpbusd, one vpmulhrsw and two vpdpwssd, all on the two pipes that multiply: at
//                         most 16 / 19 = 84 % of the roof. It reaches 76 and 77 %, 75 and 76 % with two threads; r32x6 67 and
//                         66 %, 61 and 62 %. A tile whose operands are in L1 reaches 82 % (87 % without minima, a wrong result);
//                         in place it meets activations in L3 and results on their way to memory. Interleaving and unpacking take
//                         1.4 and 1.6 % of the time at the roof; unpacking 5.6 % where tiles do not fetch the next weights
#if defined(__x86_64__)
#define TTQ_QMATMUL_FIXED(V) \
  V(4e-3, "a8/avx2_fixed_r16x3", 2, AVX2, A8, "avx2_a8_fixed.c", 128, 0, "scales in fixed point", a8_avx2_fixed_r16x3, ttq_qmatmul_fixed256_floats) \
  V(1e-3, "a8/avx512vnni_fixed_r32x6", 1, AVX512VNNI, A8, "avx512vnni_a8_fixed.c", 128, 0, "scales in fixed point, two groups at a time", a8_avx512vnni_fixed_r32x6, ttq_qmatmul_fixed512_floats)
#else
#define TTQ_QMATMUL_FIXED(V)
#endif

size_t ttq_qmatmul_fixed256_floats(size_t k, size_t group);
size_t ttq_qmatmul_fixed512_floats(size_t k, size_t group);

#define TTQ_QMATMUL_FIXED_PROTOTYPES(tolerance, name, revision, isa, activation, file, least_tokens, unrolls, summary, function, scratch) \
  void ttq_qmatmul_##function##_q2(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q3(const ttq_qmatmul_args *); \
  void ttq_qmatmul_##function##_q4(const ttq_qmatmul_args *);
TTQ_QMATMUL_FIXED(TTQ_QMATMUL_FIXED_PROTOTYPES)

// The ladder on layout planes16, for one token and int8 activations, exact: name, revision, ISA token, file, summary, function
// less its suffix, scratch floats. More tokens are taken one by one. They stand below the rungs of panel16.
// Speeds are a8/avx512vnni_r16x1's time over theirs on Zen 5, groups of 32, cold, at 3072x1024 and 4096x4096.
//   a8/avx512bitalg_r16x1  and + vpopcntw for each pair of a plane of codes and one of the eight of the activations.
//                          2 bit 0.93, 0.87; 4 bit 0.87, 0.83. Bound by issue: 16 x 16 codes take 28 instructions at 2 bit, 56
//                          at 4; vpdpbusd with its masks and shifts 11 and 10. In L2 0.52 and 0.29
//   a8/avx512_table_r16x1  sixteen channels of a plane are three look-ups in tables of subset sums, the same for all planes.
//                          2 bit 0.97, 0.71; 4 bit 0.96, 0.75. Bound by memory up to 1024 channels; beyond, by tables (16 bytes
//                          a channel) that leave L1. In L2 0.92 and 0.64, at 2 bit in groups of 128 1.31
// Other look-ups are not rows: Zen 5 issues two of vpshufb, vpermb, vpermw and vpermi2w alike each cycle, so what one of them
// covers decides. A look-up in 16-bit entries covers 32 words x 5 or 6 bits and is added as it is; in bytes it takes two, for
// low and high byte, of 64 rows x 6 bits (vpermb) or 4 bits (vpshufb), and carries to mend.
#if defined(__x86_64__)
#define TTQ_QMATMUL_PLANES(V) \
  V("a8/avx512bitalg_r16x1", 2, AVX512BITALG, "avx512bitalg_planes.c", "bit planes: and, vpopcntw", a8_avx512bitalg_r16x1, ttq_qmatmul_planes_floats) \
  V("a8/avx512_table_r16x1", 2, AVX512, "avx512_table.c", "subset sums looked up by vpermw", a8_avx512_table_r16x1, ttq_qmatmul_table_floats)
#else
#define TTQ_QMATMUL_PLANES(V)
#endif

size_t ttq_qmatmul_planes_floats(size_t k, size_t group);
size_t ttq_qmatmul_table_floats(size_t k, size_t group);

#define TTQ_QMATMUL_PLANES_PROTOTYPES(name, revision, isa, file, summary, function, scratch) \
  TTQ_QMATMUL_PROTOTYPES(name, revision, isa, A8, file, 1, 0, summary, function, scratch)
TTQ_QMATMUL_PLANES(TTQ_QMATMUL_PLANES_PROTOTYPES)

// The ladder on layout compact16, a format of its own: the tiles of panel16, which differ in how a group finds its scales and
// minima. A token reads 10 % (4 bit) to 16 % (2 bit) fewer bytes in groups of 32: a8/avx512vnni_c16x1 is 1.19 (2 bit), 1.18 (3)
// and 1.15 (4) times as fast as a8/avx512vnni_r16x1 at 3072x1024, 1.23, 1.17 and 1.17 times at 4096x4096. Where tokens share the
// codes, memory does not decide: c16x8 takes 1.02 times as long as r16x8. With AVX2 (Zen 4, 3072x1024, 4 bit) c16x1 is 1.05 to 1.13
// times as fast with two threads; with one, which taking codes apart keeps as busy as memory does, it takes 1.00 to 1.14 times as long at
// 3072x1024, 1.03 at 4096x4096. 512 tokens take as long as on panel16. On weights of GPT-2 the error of a product is 0.992 to
// 1.007 times that of panel16 at 2, 3 and 4 bit, 1.07 to 1.30 times at 8.
#if defined(__x86_64__)
#define TTQ_QMATMUL_COMPACT(V, N, F) \
  V("f32/avx2_c16x1", 1, AVX2, F32, "avx2_f32.c", 1, 1, "one token, 2 x 8 lanes", f32_avx2_c16x1, NULL) \
  V("f32/avx2_c16x4", 1, AVX2, F32, "avx2_f32.c", 2, 1, "4 tokens share a widened code", f32_avx2_c16x4, NULL) \
  V("f32/avx512_c16x1", 3, AVX512, F32, "avx512_f32.c", 1, 1, "one token, 16 lanes", f32_avx512_c16x1, NULL) \
  V("f32/avx512_c16x4", 3, AVX512, F32, "avx512_f32.c", 2, 1, "4 tokens share a widened code", f32_avx512_c16x4, NULL) \
  V("f32/avx512_c16x8", 3, AVX512, F32, "avx512_f32.c", 2, 1, "8 tokens share a widened code", f32_avx512_c16x8, NULL) \
  V("a8/avx2_c16x1", 1, AVX2, A8, "avx2_a8.c", 1, 4, "one token, vpmaddubsw", a8_avx2_c16x1, NULL) \
  V("a8/avx2_c16x2", 1, AVX2, A8, "avx2_a8.c", 2, 2, "2 tokens share unpacked codes", a8_avx2_c16x2, NULL) \
  V("a8/avx2_c16x4", 1, AVX2, A8, "avx2_a8.c", 2, 1, "4 tokens share unpacked codes", a8_avx2_c16x4, NULL) \
  N("a8/avx2_c16x3", 1, AVX2, A8, "avx2_a8_unpacked.c", 2, 0, "a panel unpacked once for all tokens", a8_avx2_c16x3, ttq_qmatmul_unpacked256_floats) \
  F(4e-3, "a8/avx2_fixed_c16x3", 1, AVX2, A8, "avx2_a8_fixed.c", 128, 0, "scales in fixed point", a8_avx2_fixed_c16x3, ttq_qmatmul_fixed256_floats) \
  V("a8/avx512vnni_c16x1", 3, AVX512VNNI, A8, "avx512vnni_a8.c", 1, 1, "one token, vpdpbusd", a8_avx512vnni_c16x1, NULL) \
  V("a8/avx512vnni_c16x8", 3, AVX512VNNI, A8, "avx512vnni_a8_interleaved.c", 2, 1, "8 interleaved tokens share unpacked codes", a8_avx512vnni_c16x8, ttq_qmatmul_interleaved_floats) \
  V("a8/avx512vnni_c32x6", 2, AVX512VNNI, A8, "avx512vnni_a8_unpacked.c", 128, 0, "two panels unpacked once for all tokens", a8_avx512vnni_c32x6, ttq_qmatmul_unpacked512_floats)
#else
#define TTQ_QMATMUL_COMPACT(V, N, F)
#endif
TTQ_QMATMUL_COMPACT(TTQ_QMATMUL_PROTOTYPES, TTQ_QMATMUL_NARROW_PROTOTYPES, TTQ_QMATMUL_FIXED_PROTOTYPES)
