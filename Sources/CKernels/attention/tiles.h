#pragma once

// Include after a vector_*.h, a cache_*.h, <assert.h>, <float.h> and <string.h>, in a target region.

#include "../x86/panel.h"
#include "softmax.h"

// Queries of a tile are ordered by token, so those that see a position are the last ones.

// The queries of the heads begin ..< begin + heads, which share one kv head, of the tokens token ... in tile order.
typedef struct {
  size_t token, begin, heads, count;
} query_tile;

// Positions of the cache in single precision.
TTQ_INLINE void widen_positions(
    uint32_t element, const uint8_t *from, const float *scales, size_t count, size_t dim, float *to) {
  const size_t size = element_bytes(element);
  for (size_t p = 0; p < count; p++, from += dim * size, to += dim) {
    const vf scale = vf_all(element == TTQ_INT8 ? scales[p] : 1);
    for (size_t d = 0; d < dim; d += VF) {
      const size_t left = lesser(dim - d, VF);
      _mm_prefetch((const char *)from + TTQ_ATTENTION_POSITIONS * dim * size + d * size, _MM_HINT_T0);
      const vf wide = left == VF ? cache_load(element, from + d * size) : cache_load_first(element, from + d * size, left);
      const vf value = element == TTQ_INT8 ? vf_mul(wide, scale) : wide;
      left == VF ? vf_store(to + d, value) : vf_store_first(to + d, value, left);
    }
  }
}

// `count` positions from `position` on of the keys or values at `base`, one kv head's: as they lie, or widened.
TTQ_INLINE const float *block_of(
    uint32_t element, const void *base, const float *scales, size_t position, size_t count, size_t dim, float *room) {
  const uint8_t *from = (const uint8_t *)base + position * dim * element_bytes(element);
  if (element == TTQ_F32) return (const float *)(const void *)from;
  widen_positions(element, from, element == TTQ_INT8 ? scales + position : NULL, count, dim, room);
  return room;
}

static inline size_t head_offset(const ttq_attention_args *a, const query_tile *tile, size_t i) {
  return ((tile->token + i / tile->heads) * a->heads + tile->begin + i % tile->heads) * a->dim;
}

// Adds positions position ..< position + block to the queries from `first` on.
TTQ_INLINE void attend_block(
    uint32_t element, const ttq_attention_args *a, const query_tile *tile, const kv_stream *cache, tile_scratch s,
    size_t position, size_t block, size_t first) {
  const softmax_state state = {.sums = s.sums, .greatest = s.greatest, .total = s.total};
  panel_product scores = {
      .panel = s.panel, .panel_stride = PANEL, .columns = PANEL, .depth = a->dim,
      .x = s.queries, .x_stride = a->dim, .y_stride = TTQ_ATTENTION_POSITIONS,
  };
  const float *keys = block_of(element, cache->keys, cache->key_scales, position, block, a->dim, s.widened);
  for (size_t p = 0; p < block; p += PANEL) {
    const float *from = keys + p * a->dim;
    pack_panel(TTQ_F32, from, a->dim, lesser(block - p, PANEL), a->dim, s.panel, from + PANEL * a->dim);
    scores.y = s.scores + p;
    multiply_panel(&scores, first, tile->count);
  }
  for (size_t i = first; i < tile->count; i++) {
    const size_t visible = lesser(a->past + tile->token + i / tile->heads + 1 - position, block);
    raise_greatest(state, i, a->dim, visible, s.scores + i * TTQ_ATTENTION_POSITIONS);
    weigh(state, i, visible, block, s.scores + i * TTQ_ATTENTION_POSITIONS);
  }
  const float *values = block_of(element, cache->values, cache->value_scales, position, block, a->dim, s.widened);
  panel_product sums = {
      .panel_stride = a->dim, .depth = block,
      .x = s.scores, .x_stride = TTQ_ATTENTION_POSITIONS, .y_stride = a->dim, .accumulate = 1,
  };
  for (size_t d = 0; d < a->dim; d += PANEL) {
    sums.panel = values + d;
    sums.columns = lesser(a->dim - d, PANEL);
    sums.y = s.sums + d;
    multiply_panel(&sums, first, tile->count);
  }
}

TTQ_INLINE void attend_tile(uint32_t element, const ttq_attention_args *a, const query_tile *tile, size_t kv) {
  const tile_scratch s = scratch_of(a);
  for (size_t i = 0; i < tile->count; i++) {
    scale_row(a->q + head_offset(a, tile, i), a->scale, s.queries + i * a->dim, a->dim);
    s.greatest[i] = -FLT_MAX;
    s.total[i] = 0;
  }
  memset(s.sums, 0, tile->count * a->dim * sizeof *s.sums);

  const kv_stream cache = stream_of(element, a, kv);
  const size_t least = a->past + tile->token, end = least + (tile->count - 1) / tile->heads + 1;
  for (size_t p = 0; p < end; p += TTQ_ATTENTION_POSITIONS) {
    const size_t first = p > least ? (p - least) * tile->heads : 0;
    attend_block(element, a, tile, &cache, s, p, lesser(end - p, TTQ_ATTENTION_POSITIONS), first);
  }
  for (size_t i = 0; i < tile->count; i++)
    scale_row(s.sums + i * a->dim, 1 / s.total[i], a->y + head_offset(a, tile, i), a->dim);
}

TTQ_INLINE void attend(uint32_t element, const ttq_attention_args *a) {
  assert_contract(element, a);
  const size_t share = a->heads / a->kv_heads;
  for (size_t begin = a->head_begin; begin < a->head_end;) {
    const size_t kv = begin / share, heads = lesser(lesser((kv + 1) * share, a->head_end) - begin, TTQ_ATTENTION_QUERIES);
    const size_t tokens = TTQ_ATTENTION_QUERIES / heads;
    for (size_t t = 0; t < a->tokens; t += tokens) {
      const query_tile tile = {
          .token = t, .begin = begin, .heads = heads, .count = lesser(tokens, a->tokens - t) * heads};
      attend_tile(element, a, &tile, kv);
    }
    begin += heads;
  }
}
