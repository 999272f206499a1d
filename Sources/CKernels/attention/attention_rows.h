#pragma once

// A tile is this many queries (of one kv head: token after token, its heads together) and positions.
enum { TTQ_ATTENTION_QUERIES = 64, TTQ_ATTENTION_POSITIONS = 64 };

// Scaled queries and sums of values, scores, a transposed panel of at most 32 keys, a widened block, greatest score and sum of each query.
enum {
  TTQ_ATTENTION_SCRATCH = TTQ_ATTENTION_QUERIES * (2 * TTQ_ATTENTION_DIM + TTQ_ATTENTION_POSITIONS + 2) + (32 + TTQ_ATTENTION_POSITIONS) * TTQ_ATTENTION_DIM
};

// The ladder of `attention`, for every type of cache; the scalar, portable and OpenBLAS variants are Swift.
//   direct  for one token: keys and values are widened as they stream from memory, each load serves up to four heads
//   p64     for several: tiles of 64 queries x 64 positions as products with transposed panels, so that keys and values are
//           read once for all tokens and heads of a tile, whose softmax is corrected as greater scores are met
// ROW(element name, ELEMENT, tile name, revision, ISA token, file, summary, least tokens)
#define TTQ_ATTENTION_ROWS(ROW, element, ELEMENT)                                                                          \
  ROW(element, ELEMENT, avx2_direct, 1, AVX2, "Sources/CKernels/attention/avx2_direct.c",                                 \
      "streams the cache for each token", 1)                                                                              \
  ROW(element, ELEMENT, avx2_p64, 1, AVX2, "Sources/CKernels/attention/avx2_p64.c", "64 queries x 64 positions, one pass", 2) \
  ROW(element, ELEMENT, avx512_direct, 1, AVX512, "Sources/CKernels/attention/avx512_direct.c",                           \
      "streams the cache for each token", 1)                                                                              \
  ROW(element, ELEMENT, avx512_p64, 1, AVX512, "Sources/CKernels/attention/avx512_p64.c",                                 \
      "64 queries x 64 positions, one pass", 2)
