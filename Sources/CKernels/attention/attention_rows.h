#pragma once

// A tile is this many queries (of one kv head: token after token, its heads together) and positions.
enum { TTQ_ATTENTION_QUERIES = 64, TTQ_ATTENTION_POSITIONS = 64 };

// Scaled queries and sums of values, scores, a transposed panel of at most 32 keys, a widened block, greatest score and sum of each query.
enum {
  TTQ_ATTENTION_SCRATCH = TTQ_ATTENTION_QUERIES * (2 * TTQ_ATTENTION_DIM + TTQ_ATTENTION_POSITIONS + 2) + (32 + TTQ_ATTENTION_POSITIONS) * TTQ_ATTENTION_DIM
};

// The ladder of `attention`, for every type of cache; the scalar, portable and OpenBLAS variants are Swift.
//   direct  for one token: keys and values are widened as they stream from memory, each load serves up to four heads. Over p64
//           at T = 1, 4096 cached positions of 8 x 128, 16 heads, one thread, cold, on Zen 5: avx512 x 1.6 in f32, x 2.4 in f16,
//           x 2.8 in int8 (81, 80 and 80 % of the read roof); avx2 x 2.8 in f16, x 3.2 in int8 (72 % in f32, 81, 52). With 32
//           heads avx512 reaches 76 %, 90 % and 54 %: an int8 position is then bound by its multiply-adds, 4 for each byte.
//           Fetching 32 KiB ahead into the second-level cache, rather than 8 KiB into the first, is x 1.1 in int8
//           The ratios above are of heads whose positions run into the next head's, which caches in use do not: fetching on at the
//           next head, with a fifth of the cache free, 512 positions, Zen 4: f32 240 to 209 us, f16 136 to 89, int8 92 to 84 (avx2)
//   p64     for several: tiles of 64 queries x 64 positions as products with transposed panels, so that keys and values are
//           read once for all tokens and heads of a tile, whose softmax is corrected as greater scores are met. From T = 2
//           (f32) or 8 (int8) on it is the faster one; at T = 512 x 2 over direct in f32, and f16 and int8, widened into a
//           block of scratch, cost 2 % more than f32
// ROW(element name, ELEMENT, tile name, revision, ISA token, file, summary, least tokens)
#define TTQ_ATTENTION_ROWS(ROW, element, ELEMENT)                                                                          \
  ROW(element, ELEMENT, avx2_direct, 2, AVX2, "Sources/CKernels/attention/avx2_direct.c",                                 \
      "streams the cache for each token", 1)                                                                              \
  ROW(element, ELEMENT, avx2_p64, 1, AVX2, "Sources/CKernels/attention/avx2_p64.c", "64 queries x 64 positions, one pass", 2) \
  ROW(element, ELEMENT, avx512_direct, 2, AVX512, "Sources/CKernels/attention/avx512_direct.c",                           \
      "streams the cache for each token", 1)                                                                              \
  ROW(element, ELEMENT, avx512_p64, 1, AVX512, "Sources/CKernels/attention/avx512_p64.c",                                 \
      "64 queries x 64 positions, one pass", 2)
