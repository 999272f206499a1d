#pragma once

// Include after a vector_*.h and <assert.h>, in a target region.

enum { BLOCK_TOKENS = 8 };

// `count` channels (at most VF) of a block of tokens (at most BLOCK_TOKENS).
static inline __attribute__((always_inline)) void add_squares(
    const float *x, size_t stride, size_t tokens, float *sum, size_t count) {
  const int full = count == VF;
  vf total = full ? vf_load(sum) : vf_load_first(sum, count);
#pragma clang loop unroll(full)
  for (size_t t = 0; t < tokens; t++) {
    const vf a = full ? vf_load(x + t * stride) : vf_load_first(x + t * stride, count);
    total = vf_fma(a, a, total);
  }
  full ? vf_store(sum, total) : vf_store_first(sum, total, count);
}

// A block of tokens is as many sequential streams as the prefetchers follow; `sum` stays in the first-level cache.
static inline __attribute__((always_inline)) void add_block(const ttq_statistic_args *a, size_t t, size_t tokens) {
  const float *x = a->x + t * a->x_stride;
  size_t k = 0;
  for (; k + VF <= a->k; k += VF) add_squares(x + k, a->x_stride, tokens, a->sum + k, VF);
  if (k < a->k) add_squares(x + k, a->x_stride, tokens, a->sum + k, a->k - k);
}

static inline __attribute__((always_inline)) void add_columns(const ttq_statistic_args *a) {
  assert(a->x_stride >= a->k);
  size_t t = 0;
  for (; t + BLOCK_TOKENS <= a->tokens; t += BLOCK_TOKENS) add_block(a, t, BLOCK_TOKENS);
  for (; t < a->tokens; t++) add_block(a, t, 1);
}
