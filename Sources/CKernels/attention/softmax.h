#pragma once

// Include after a vector_*.h, <assert.h>, <float.h> and <string.h>, in a target region.

#include "../x86/exp.h"
#include "../x86/region.h"
#include "attention_rows.h"

// Softmax in one pass: with m the greatest score so far, each query holds sum(e^(s - m)) and sum(e^(s - m) v); a greater
// score multiplies both by e^(m - m').

typedef struct {
  float *sums, *greatest, *total;
} softmax_state;

typedef struct {
  float *queries, *sums, *scores, *panel, *widened, *greatest, *total;
} tile_scratch;

// The keys and values of one kv head, `bytes` a position, of which those `ahead` bytes further on are fetched.
typedef struct {
  const uint8_t *keys, *values;
  const float *key_scales, *value_scales;
  size_t bytes, dim, ahead;
} kv_stream;

TTQ_INLINE size_t element_bytes(uint32_t element) { return element == TTQ_F32 ? 4 : element == TTQ_INT8 ? 1 : 2; }

TTQ_INLINE kv_stream stream_of(uint32_t element, const ttq_attention_args *a, size_t kv) {
  const size_t bytes = a->dim * element_bytes(element), first = kv * a->capacity;
  return (kv_stream){
      .keys = (const uint8_t *)a->keys + first * bytes, .values = (const uint8_t *)a->values + first * bytes,
      .key_scales = element == TTQ_INT8 ? a->key_scales + first : NULL,
      .value_scales = element == TTQ_INT8 ? a->value_scales + first : NULL, .bytes = bytes, .dim = a->dim};
}

static inline void assert_contract(uint32_t element, const ttq_attention_args *a) {
  (void)element, (void)a;
  assert(a->dim > 0 && a->dim <= TTQ_ATTENTION_DIM && a->past + a->tokens <= a->capacity);
  assert(a->kv_heads > 0 && a->heads % a->kv_heads == 0 && a->head_begin <= a->head_end && a->head_end <= a->heads);
  assert(element != TTQ_INT8 || (a->key_scales && a->value_scales));
}

static inline size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

static inline tile_scratch scratch_of(const ttq_attention_args *a) {
  tile_scratch s;
  s.queries = a->scratch;
  s.sums = s.queries + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_DIM;
  s.scores = s.sums + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_DIM;
  s.panel = s.scores + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_POSITIONS;
  s.widened = s.panel + 32 * TTQ_ATTENTION_DIM;
  s.greatest = s.widened + TTQ_ATTENTION_POSITIONS * TTQ_ATTENTION_DIM;
  s.total = s.greatest + TTQ_ATTENTION_QUERIES;
  return s;
}

// to[i] = from[i] * factor.
static inline void scale_row(const float *from, float factor, float *to, size_t count) {
  const vf f = vf_all(factor);
  size_t i = 0;
  for (; i + VF <= count; i += VF) vf_store(to + i, vf_mul(vf_load(from + i), f));
  if (i < count) vf_store_first(to + i, vf_mul(vf_load_first(from + i, count - i), f), count - i);
}

// Takes the greatest of `visible` scores into account. Apart from `weigh`, so that the heads' chains of reductions overlap.
static inline void raise_greatest(softmax_state s, size_t query, size_t dim, size_t visible, const float *score) {
  const vf least = vf_all(-FLT_MAX);
  vf greatest = least;
  for (size_t p = 0; p < visible; p += VF)
    greatest = vf_max(greatest, vf_keep_first(vf_load(score + p), least, lesser(visible - p, VF)));
  const float before = s.greatest[query], now = vf_greatest(vf_max(greatest, vf_all(before)));
  if (now > before) {
    float factor[VF];
    vf_store(factor, vf_exp(vf_sub(vf_all(before), vf_all(now))));
    s.greatest[query] = now;
    s.total[query] *= factor[0];
    scale_row(s.sums + query * dim, factor[0], s.sums + query * dim, dim);
  }
}

// Scores of `visible` positions become weights e^(score - greatest), the rest of the block 0.
static inline void weigh(softmax_state s, size_t query, size_t visible, size_t block, float *score) {
  const vf greatest = vf_all(s.greatest[query]);
  vf sum = vf_all(0);
  for (size_t p = 0; p < block; p += VF) {
    const size_t count = p < visible ? lesser(visible - p, VF) : 0;
    const vf weight = vf_keep_first(vf_exp(vf_sub(vf_load(score + p), greatest)), vf_all(0), count);
    vf_store(score + p, weight);
    sum = vf_add(sum, weight);
  }
  s.total[query] += vf_sum(sum);
}
