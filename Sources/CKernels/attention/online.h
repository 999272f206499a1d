#pragma once

// Include after a vector_*.h, <assert.h>, <float.h> and <string.h>, in a target region.

#include "../x86/exp.h"
#include "../x86/panel.h"
#include "attention_rows.h"

// Softmax in one pass: with m the greatest score so far, each query holds sum(e^(s - m)) and sum(e^(s - m) v); a greater
// score multiplies both by e^(m - m'). Queries of a tile are ordered by token, so those that see a position are the last ones.

// The queries of the heads begin ..< begin + heads, which share one kv head, of the tokens token ... in tile order.
typedef struct {
  size_t token, begin, heads, count;
} query_tile;

typedef struct {
  float *queries, *sums, *scores, *panel, *greatest, *total;
} tile_scratch;

static inline size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

static inline tile_scratch scratch_of(const ttq_attention_args *a) {
  tile_scratch s;
  s.queries = a->scratch;
  s.sums = s.queries + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_DIM;
  s.scores = s.sums + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_DIM;
  s.panel = s.scores + TTQ_ATTENTION_QUERIES * TTQ_ATTENTION_POSITIONS;
  s.greatest = s.panel + 32 * TTQ_ATTENTION_DIM;
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

static inline size_t head_offset(const ttq_attention_args *a, const query_tile *tile, size_t i) {
  return ((tile->token + i / tile->heads) * a->heads + tile->begin + i % tile->heads) * a->dim;
}

// Scores of `visible` positions become weights e^(score - greatest), the rest of the block 0.
static inline void weigh(const ttq_attention_args *a, tile_scratch s, size_t query, size_t visible, size_t block) {
  float *score = s.scores + query * TTQ_ATTENTION_POSITIONS;
  const vf least = vf_all(-FLT_MAX);
  vf greatest = least;
  for (size_t p = 0; p < visible; p += VF)
    greatest = vf_max(greatest, vf_keep_first(vf_load(score + p), least, lesser(visible - p, VF)));
  const float before = s.greatest[query], now = vf_greatest(vf_max(greatest, vf_all(before)));
  vf sum = vf_all(0);
  for (size_t p = 0; p < block; p += VF) {
    const size_t count = p < visible ? lesser(visible - p, VF) : 0;
    const vf weight = vf_keep_first(vf_exp(vf_sub(vf_load(score + p), vf_all(now))), vf_all(0), count);
    vf_store(score + p, weight);
    sum = vf_add(sum, weight);
  }
  if (now > before) {
    float factor[VF];
    vf_store(factor, vf_exp(vf_sub(vf_all(before), vf_all(now))));
    s.greatest[query] = now;
    s.total[query] *= factor[0];
    scale_row(s.sums + query * a->dim, factor[0], s.sums + query * a->dim, a->dim);
  }
  s.total[query] += vf_sum(sum);
}

// Adds positions position ..< position + block to the queries from `first` on.
static inline void attend_block(
    const ttq_attention_args *a, const query_tile *tile, tile_scratch s, const float *keys, const float *values,
    size_t position, size_t block, size_t first) {
  panel_product scores = {
      .panel = s.panel, .panel_stride = PANEL, .columns = PANEL, .depth = a->dim,
      .x = s.queries, .x_stride = a->dim, .y_stride = TTQ_ATTENTION_POSITIONS,
  };
  for (size_t p = 0; p < block; p += PANEL) {
    const size_t place = (position + p) * a->dim;
    pack_panel(TTQ_F32, keys + place, a->dim, lesser(block - p, PANEL), a->dim, s.panel, keys + place + PANEL * a->dim);
    scores.y = s.scores + p;
    multiply_panel(&scores, first, tile->count);
  }
  for (size_t i = first; i < tile->count; i++) {
    const size_t seen = a->past + tile->token + i / tile->heads + 1;
    weigh(a, s, i, lesser(seen - position, block), block);
  }
  panel_product sums = {
      .panel_stride = a->dim, .depth = block,
      .x = s.scores, .x_stride = TTQ_ATTENTION_POSITIONS, .y_stride = a->dim, .accumulate = 1,
  };
  for (size_t d = 0; d < a->dim; d += PANEL) {
    sums.panel = values + position * a->dim + d;
    sums.columns = lesser(a->dim - d, PANEL);
    sums.y = s.sums + d;
    multiply_panel(&sums, first, tile->count);
  }
}

static inline void attend_tile(const ttq_attention_args *a, const query_tile *tile, size_t kv) {
  const tile_scratch s = scratch_of(a);
  for (size_t i = 0; i < tile->count; i++) {
    scale_row(a->q + head_offset(a, tile, i), a->scale, s.queries + i * a->dim, a->dim);
    s.greatest[i] = -FLT_MAX;
    s.total[i] = 0;
  }
  memset(s.sums, 0, tile->count * a->dim * sizeof *s.sums);

  const float *keys = a->keys + kv * a->capacity * a->dim, *values = a->values + kv * a->capacity * a->dim;
  const size_t least = a->past + tile->token, end = least + (tile->count - 1) / tile->heads + 1;
  for (size_t p = 0; p < end; p += TTQ_ATTENTION_POSITIONS) {
    const size_t first = p > least ? (p - least) * tile->heads : 0;
    attend_block(a, tile, s, keys, values, p, lesser(end - p, TTQ_ATTENTION_POSITIONS), first);
  }
  for (size_t i = 0; i < tile->count; i++)
    scale_row(s.sums + i * a->dim, 1 / s.total[i], a->y + head_offset(a, tile, i), a->dim);
}

static inline void attend(const ttq_attention_args *a) {
  assert(a->dim > 0 && a->dim <= TTQ_ATTENTION_DIM && a->past + a->tokens <= a->capacity);
  assert(a->kv_heads > 0 && a->heads % a->kv_heads == 0 && a->head_begin <= a->head_end && a->head_end <= a->heads);
  const size_t share = a->heads / a->kv_heads;
  for (size_t begin = a->head_begin; begin < a->head_end;) {
    const size_t kv = begin / share, heads = lesser(lesser((kv + 1) * share, a->head_end) - begin, TTQ_ATTENTION_QUERIES);
    const size_t tokens = TTQ_ATTENTION_QUERIES / heads;
    for (size_t t = 0; t < a->tokens; t += tokens) {
      const query_tile tile = {
          .token = t, .begin = begin, .heads = heads, .count = lesser(tokens, a->tokens - t) * heads};
      attend_tile(a, &tile, kv);
    }
    begin += heads;
  }
}
