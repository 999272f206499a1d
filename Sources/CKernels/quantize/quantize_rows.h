#pragma once
#include "../include/ttq_kernels.h"

// The ladder of `quantize`, each for every bit width: name, revision, ISA token, element, file, summary, function less its
// suffix _q<bits>.
//   avx2_r16    transposes 8 rows x 8 (or 8 pairs of) channels in registers, so that a lane is a row and range, scale and
//               codes need no reduction across lanes; the saturation of the packing instructions is the clamp
//   avx512_r16  the same with 16 lanes; a chunk of bf16 is one transpose; codes bypass the caches; a group is packed after the next one is
//               scaled, so that no division is waited for; codes are truncated by a sum that puts them in their place, and clamped only
//               where a group's range asks for it; weights are fetched into L1 ahead of their use. Fetched into L2 alone, as before,
//               3072x1024 took 480 to 514 us in eight processes, then 280 and 283 in two (`ttq bench`, 1 thread); 4096x4096 2.25
//               and then 1.64 to 1.70 ms, before rows that follow one another were fetched as one stretch as well
// Each takes low-rank factors from the weights where there are any, as f32 and a rank at a time, and so on two of the four pipes: at rank 16
// 3072x1024 takes 742 us.
//   avx512bf16_r16  pairs of ranks by vdpbf16ps, half the multiply-adds, and the same bits: 575 us, at 4096x4096 3.09 for 4.02 ms,
//                   with sums of 8 channels at a time; now of 16
// On layout planes16, below those of panel16:
//   avx512_planes16  avx512_r16 with the codes of a chunk taken apart bit by bit: bf16 at 3072x1024 takes 1.06 times as long at
//                    2 bit, 1.13 at 4
// On layout compact16, a format of its own:
//   avx512_c16  scales a panel twice, for its steps and for its codes, and fetches the next one while it packs: bf16 at 3072x1024
//               takes 0.96 times as long as avx512_r16 at 4 bit, at 4096x4096 1.30 times at 4 bit and 1.46 at 2
#if defined(__x86_64__)
#define TTQ_QUANTIZE_VARIANTS(V) \
  V("bf16/avx2_r16", 3, AVX2, BF16, "avx2.c", "8 rows a vector, bf16 pairs transposed", bf16_avx2_r16) \
  V("f16/avx2_r16", 3, AVX2, F16, "avx2.c", "8 rows a vector, f16 widened, then transposed", f16_avx2_r16) \
  V("f32/avx2_r16", 3, AVX2, F32, "avx2.c", "8 rows a vector, f32 transposed", f32_avx2_r16) \
  V("bf16/avx512_r16", 5, AVX512, BF16, "avx512.c", "16 rows a vector, bf16 pairs transposed, packing one group behind", bf16_avx512_r16) \
  V("bf16/avx512bf16_r16", 1, AVX512BF16, BF16, "avx512bf16.c", "pairs of ranks a multiply-add", bf16_avx512bf16_r16) \
  V("f16/avx512_r16", 5, AVX512, F16, "avx512.c", "16 rows a vector, f16 widened, then transposed", f16_avx512_r16) \
  V("f32/avx512_r16", 5, AVX512, F32, "avx512.c", "16 rows a vector, f32 transposed", f32_avx512_r16)
#define TTQ_QUANTIZE_PLANES_VARIANTS(V) \
  V("bf16/avx512_planes16", 3, AVX512, BF16, "avx512.c", "as avx512_r16, codes stored bit by bit", bf16_avx512_planes16) \
  V("f16/avx512_planes16", 3, AVX512, F16, "avx512.c", "as avx512_r16, codes stored bit by bit", f16_avx512_planes16) \
  V("f32/avx512_planes16", 3, AVX512, F32, "avx512.c", "as avx512_r16, codes stored bit by bit", f32_avx512_planes16)
#define TTQ_QUANTIZE_COMPACT_VARIANTS(V) \
  V("bf16/avx512_c16", 2, AVX512, BF16, "avx512_compact.c", "steps of each row first, codes from L2", bf16_avx512_c16) \
  V("f16/avx512_c16", 2, AVX512, F16, "avx512_compact.c", "steps of each row first, codes from L2", f16_avx512_c16) \
  V("f32/avx512_c16", 2, AVX512, F32, "avx512_compact.c", "steps of each row first, codes from L2", f32_avx512_c16)
#else
#define TTQ_QUANTIZE_VARIANTS(V)
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
TTQ_QUANTIZE_PLANES_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
TTQ_QUANTIZE_COMPACT_VARIANTS(TTQ_QUANTIZE_PROTOTYPES)
