#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `quantize`, each for every bit width: name, revision, ISA token, element, file, summary, function less its
// suffix _q<bits>.
//   avx2_r16    transposes 8 rows x 8 (or 8 pairs of) channels in registers, so that a lane is a row and range, scale and
//               codes need no reduction across lanes; the saturation of the packing instructions is the clamp. Codes bypass the caches in
//               whole lines and a group is packed after the next one is scaled, but on Zen 3 (C program, 1 thread, cold) what counted was
//               to fetch what lies ahead into L2, two lines after every eight channels: 1.9 times as fast at 3072x1024, 1.45 at 4096x4096;
//               in bursts of a chunk's 16 lines 1.5 and 1.2. In L2 it takes 0.68 cycles a weight, where ports would allow 0.35: moving
//               sums to the multiply pipes, and shuffles off theirs, changed nothing. At rank 16 factors lie in the order of their use
//               and two halves share each of A's: 1.4 times as fast in L2, 1.6 to 1.8 cold; twelve sums at a time, in blocks of 6, were
//               slower than eight
//   avx512_r16  the same with 16 lanes; a chunk of bf16 is one transpose; codes bypass the caches; a group is packed after the next one is
//               scaled, so that no division is waited for; codes are bits of a product and a sum, clamped only where a group's range
//               asks for it: on Zen 4, whose ports and not memory bound this, 461 to 465 us and 3.02 to 3.05 ms at 3072x1024 and
//               4096x4096 for 556 to 569 us and 3.45 to 3.52 ms with a difference, a product, a sum and a truncation (C program, 1 thread).
//               Weights are fetched into L1 ahead of their use, and rows that follow one another into L2 as one stretch. Fetched into L2
//               alone, on Zen 5, 3072x1024 took 481 to 514 us in eight processes, for 265 to 314 in three; 4096x4096 2.25 ms for 1.65
// Each takes low-rank factors from the weights where there are any, as f32 and a rank at a time, on two of the four pipes: at rank 16
// 701 us and 3.80 ms.
//   avx512bf16_r16  pairs of ranks by vdpbf16ps, half the multiply-adds and the same bits: 529 us and 2.90 ms; for factors alone, since
//                   without any it is the row below
// The ratios below were taken beside avx512_r16 as it fetched before.
// On layout planes16, below those of panel16:
//   avx512_planes16  avx512_r16 with the codes of a chunk taken apart bit by bit: bf16 at 3072x1024 takes 1.06 times as long at
//                    2 bit, 1.13 at 4
// On layout compact16, a format of its own:
//   avx512_c16  scales a panel twice, for its steps and for its codes, and fetches the next one while it packs: bf16 at 3072x1024
//               takes 0.96 times as long as avx512_r16 at 4 bit, at 4096x4096 1.30 times at 4 bit and 1.46 at 2
//   avx2_c16    scales a panel once, into the scratch memory: bf16 at 4 bit takes 1.13 times as long as avx2_r16 at 3072x1024, 1.18 at
//               4096x4096 (Zen 4, 1 thread); scaling twice took 1.44 and 1.55 times
// With a range search, on panel16 and planes16:
//   avx2_r16_search  as the next, and what the ends of a candidate lose rules it out from 4 bits on. On Zen 3 (16 candidates, 1 thread) about
//                    3.6 cycles a channel and candidate of 9 instructions, where ports allow 2.25: the chains wait in the schedulers. In
//                    M weights/s at 2, 4 and 8 bits: rounding each candidate just before it is tried 270, 280, 270; all at once 310,
//                    330, 320; bounded from 4 bits on 290, 300 to 410 (by how unlike the channels are), 750
//   avx2_c16_search  the same on compact16, for wider machines too: 13.7 ms for 3072x1024 at 4 bit with 16 candidates, avx2_r16_search 13.0
//                    (Zen 4, 1 thread), scalar code 736
//   avx512_r16_search, avx512_planes16_search  tries each candidate on the group's scaled values, which are still in L1
#if defined(__x86_64__)
#define TTQ_QUANTIZE_VARIANTS(V) \
  V("bf16/avx2_r16", 6, AVX2, BF16, "avx2.c", "8 rows a vector, bf16 pairs transposed", bf16_avx2_r16) \
  V("f16/avx2_r16", 6, AVX2, F16, "avx2.c", "8 rows a vector, f16 widened, then transposed", f16_avx2_r16) \
  V("f32/avx2_r16", 6, AVX2, F32, "avx2.c", "8 rows a vector, f32 transposed", f32_avx2_r16) \
  V("bf16/avx512_r16", 7, AVX512, BF16, "avx512.c", "16 rows a vector, bf16 pairs transposed, packing one group behind", bf16_avx512_r16) \
  V("f16/avx512_r16", 7, AVX512, F16, "avx512.c", "16 rows a vector, f16 widened, then transposed", f16_avx512_r16) \
  V("f32/avx512_r16", 7, AVX512, F32, "avx512.c", "16 rows a vector, f32 transposed", f32_avx512_r16)
#define TTQ_QUANTIZE_FACTORS_VARIANTS(V) \
  V("bf16/avx512bf16_r16", 4, AVX512BF16, BF16, "avx512bf16.c", "pairs of ranks a multiply-add", bf16_avx512bf16_r16)
#define TTQ_QUANTIZE_PLANES_VARIANTS(V) \
  V("bf16/avx512_planes16", 5, AVX512, BF16, "avx512.c", "as avx512_r16, codes stored bit by bit", bf16_avx512_planes16) \
  V("f16/avx512_planes16", 5, AVX512, F16, "avx512.c", "as avx512_r16, codes stored bit by bit", f16_avx512_planes16) \
  V("f32/avx512_planes16", 5, AVX512, F32, "avx512.c", "as avx512_r16, codes stored bit by bit", f32_avx512_planes16)
#define TTQ_QUANTIZE_COMPACT_VARIANTS(V) \
  V("bf16/avx2_c16", 1, AVX2, BF16, "avx2_compact.c", "steps of each row first, codes from L2", bf16_avx2_c16) \
  V("f16/avx2_c16", 1, AVX2, F16, "avx2_compact.c", "steps of each row first, codes from L2", f16_avx2_c16) \
  V("f32/avx2_c16", 1, AVX2, F32, "avx2_compact.c", "steps of each row first, codes from L2", f32_avx2_c16) \
  V("bf16/avx512_c16", 4, AVX512, BF16, "avx512_compact.c", "steps of each row first, codes from L2", bf16_avx512_c16) \
  V("f16/avx512_c16", 4, AVX512, F16, "avx512_compact.c", "steps of each row first, codes from L2", f16_avx512_c16) \
  V("f32/avx512_c16", 4, AVX512, F32, "avx512_compact.c", "steps of each row first, codes from L2", f32_avx512_c16)
#define TTQ_QUANTIZE_SEARCH_VARIANTS(V) \
  V("bf16/avx2_r16_search", 3, AVX2, BF16, "avx2_search.c", "as avx2_r16, least weighted error among ranges", bf16_avx2_r16_search) \
  V("f16/avx2_r16_search", 3, AVX2, F16, "avx2_search.c", "as avx2_r16, least weighted error among ranges", f16_avx2_r16_search) \
  V("f32/avx2_r16_search", 3, AVX2, F32, "avx2_search.c", "as avx2_r16, least weighted error among ranges", f32_avx2_r16_search) \
  V("bf16/avx512_r16_search", 3, AVX512, BF16, "avx512_search.c", "as avx512_r16, least weighted error among ranges", bf16_avx512_r16_search) \
  V("f16/avx512_r16_search", 3, AVX512, F16, "avx512_search.c", "as avx512_r16, least weighted error among ranges", f16_avx512_r16_search) \
  V("f32/avx512_r16_search", 3, AVX512, F32, "avx512_search.c", "as avx512_r16, least weighted error among ranges", f32_avx512_r16_search)
#define TTQ_QUANTIZE_PLANES_SEARCH_VARIANTS(V) \
  V("bf16/avx512_planes16_search", 3, AVX512, BF16, "avx512_search.c", "as avx512_r16_search, codes stored bit by bit", bf16_avx512_planes16_search) \
  V("f16/avx512_planes16_search", 3, AVX512, F16, "avx512_search.c", "as avx512_r16_search, codes stored bit by bit", f16_avx512_planes16_search) \
  V("f32/avx512_planes16_search", 3, AVX512, F32, "avx512_search.c", "as avx512_r16_search, codes stored bit by bit", f32_avx512_planes16_search)
#define TTQ_QUANTIZE_COMPACT_SEARCH_VARIANTS(V) \
  V("bf16/avx2_c16_search", 1, AVX2, BF16, "avx2_compact.c", "as avx2_c16, least weighted error among ranges", bf16_avx2_c16_search) \
  V("f16/avx2_c16_search", 1, AVX2, F16, "avx2_compact.c", "as avx2_c16, least weighted error among ranges", f16_avx2_c16_search) \
  V("f32/avx2_c16_search", 1, AVX2, F32, "avx2_compact.c", "as avx2_c16, least weighted error among ranges", f32_avx2_c16_search)
#else
#define TTQ_QUANTIZE_COMPACT_SEARCH_VARIANTS(V)
#define TTQ_QUANTIZE_SEARCH_VARIANTS(V)
#define TTQ_QUANTIZE_PLANES_SEARCH_VARIANTS(V)
#define TTQ_QUANTIZE_VARIANTS(V)
#define TTQ_QUANTIZE_FACTORS_VARIANTS(V)
#define TTQ_QUANTIZE_PLANES_VARIANTS(V)
#define TTQ_QUANTIZE_COMPACT_VARIANTS(V)
#endif

#define TTQ_QUANTIZE_PROTOTYPES(name, revision, isa, element, file, summary, function) \
  uint32_t ttq_quantize_##function##_q2(const ttq_quantize_args *); \
  uint32_t ttq_quantize_##function##_q3(const ttq_quantize_args *); \
  uint32_t ttq_quantize_##function##_q4(const ttq_quantize_args *); \
  uint32_t ttq_quantize_##function##_q5(const ttq_quantize_args *); \
  uint32_t ttq_quantize_##function##_q8(const ttq_quantize_args *);
TTQ_QUANTIZE_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_FACTORS_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_PLANES_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_COMPACT_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_SEARCH_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_COMPACT_SEARCH_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_PLANES_SEARCH_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
