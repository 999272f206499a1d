#pragma once

// A tile is this many queries (of one kv head: token after token, its heads together) and positions.
enum { TTQ_ATTENTION_QUERIES = 64, TTQ_ATTENTION_POSITIONS = 64 };

// Scaled queries and sums of values, scores, a transposed panel of at most 32 keys, greatest score and sum of each query.
enum {
  TTQ_ATTENTION_SCRATCH = TTQ_ATTENTION_QUERIES * (2 * TTQ_ATTENTION_DIM + TTQ_ATTENTION_POSITIONS + 2) + 32 * TTQ_ATTENTION_DIM
};

// The ladder of `attention`; the scalar and portable variants are Swift.
//   avx2, avx512  one pass over the cache per tile of queries, whose softmax is corrected as greater scores are met: keys and
//                 values are read once for all heads that share them
// ROW(name, revision, ISA token, file, summary, scratch floats, function)
#define TTQ_ATTENTION_ROWS(ROW)                                                                                      \
  ROW("avx2", 1, AVX2, "Sources/CKernels/attention/avx2.c", "64 queries x 64 positions, one pass",                        \
      TTQ_ATTENTION_SCRATCH, ttq_attention_avx2)                                                                          \
  ROW("avx512", 1, AVX512, "Sources/CKernels/attention/avx512.c", "64 queries x 64 positions, one pass",                  \
      TTQ_ATTENTION_SCRATCH, ttq_attention_avx512)
