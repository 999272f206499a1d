#pragma once

// Include after a vector_*.h and <assert.h>, in a target region.

#include "../x86/region.h"

enum { BLOCK_TOKENS = 4, BLOCK_REGISTERS = 4 };

// total + |a|^p
TTQ_INLINE vf add_power(vf a, uint32_t p, vf total) {
  if (p == 1) return vf_add(total, vf_abs(a));
  const vf square = vf_mul(a, a);
  return p == 2 ? vf_fma(a, a, total) : vf_fma(square, square, total);
}

// `registers` x VF channels of a block of tokens.
TTQ_INLINE void add_powers(const float *x, size_t stride, size_t tokens, uint32_t p, float *sum, int registers) {
  vf total[BLOCK_REGISTERS];
  TTQ_UNROLL for (int i = 0; i < registers; i++) total[i] = vf_load(sum + i * VF);
  TTQ_UNROLL for (size_t t = 0; t < tokens; t++) TTQ_UNROLL for (int i = 0; i < registers; i++)
    total[i] = add_power(vf_load(x + t * stride + i * VF), p, total[i]);
  TTQ_UNROLL for (int i = 0; i < registers; i++) vf_store(sum + i * VF, total[i]);
}

// A block of tokens is as many sequential streams as the prefetchers follow, of some cache lines at a time; `sum` stays in
// the first-level cache.
TTQ_INLINE void add_block(const ttq_statistic_args *a, size_t t, size_t tokens, uint32_t p) {
  const float *x = a->x + t * a->x_stride;
  size_t k = 0;
  for (; k + BLOCK_REGISTERS * VF <= a->k; k += BLOCK_REGISTERS * VF)
    add_powers(x + k, a->x_stride, tokens, p, a->sum + k, BLOCK_REGISTERS);
  for (; k + VF <= a->k; k += VF) add_powers(x + k, a->x_stride, tokens, p, a->sum + k, 1);
  if (k == a->k) return;
  const size_t left = a->k - k;
  vf total = vf_load_first(a->sum + k, left);
  for (size_t i = 0; i < tokens; i++) total = add_power(vf_load_first(x + i * a->x_stride + k, left), p, total);
  vf_store_first(a->sum + k, total, left);
}

TTQ_INLINE void add_tokens(const ttq_statistic_args *a, uint32_t p) {
  size_t t = 0;
  for (; t + BLOCK_TOKENS <= a->tokens; t += BLOCK_TOKENS) add_block(a, t, BLOCK_TOKENS, p);
  for (; t < a->tokens; t++) add_block(a, t, 1, p);
}

static inline void add_columns(const ttq_statistic_args *a) {
  assert(a->x_stride >= a->k && (a->p == 1 || a->p == 2 || a->p == 4));
  if (a->p == 1) add_tokens(a, 1);
  else if (a->p == 2) add_tokens(a, 2);
  else add_tokens(a, 4);
}
