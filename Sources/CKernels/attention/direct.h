#pragma once

// Include after a vector_*.h, a cache_*.h, <assert.h>, <float.h> and <string.h>, in a target region.

#include "softmax.h"

// One token over its cache, which is read once, front to back, and is what takes the time: keys and values stay as they lie,
// widened as they are loaded, each load shared by up to four heads. A block of positions goes through scores (sums of
// products, folded VF at a time), softmax, and the sum of values, while what lies ahead in both streams is fetched.

// Into the second-level cache, which has room for what both streams bring before it is used.
enum { FETCH_AHEAD = 32768 };

TTQ_INLINE void fetch(const kv_stream *s, const uint8_t *from, size_t bytes) {
  for (size_t line = 0; line < bytes; line += 64) _mm_prefetch((const char *)from + s->ahead + line, _MM_HINT_T1);
}

// How far after the block of positions p and on of kv head `kv` the one lies that will be used FETCH_AHEAD bytes later: of this head, or, at its
// end, of the next one, which lies a capacity further on.
TTQ_INLINE size_t ahead_of(const kv_stream *s, const ttq_attention_args *a, size_t kv, size_t p, size_t end) {
  const size_t block = TTQ_ATTENTION_POSITIONS * s->bytes, blocks = block < FETCH_AHEAD ? FETCH_AHEAD / block : 1;
  const size_t next = p + blocks * TTQ_ATTENTION_POSITIONS, all = (end + TTQ_ATTENTION_POSITIONS - 1) / TTQ_ATTENTION_POSITIONS;
  const int more = (kv + 1) * (a->heads / a->kv_heads) < a->head_end;
  if (next < end || !more) return blocks * block;
  const size_t first = next - all * TTQ_ATTENTION_POSITIONS;
  return (a->capacity - p + (first < end ? first : 0)) * s->bytes;
}

// Scores of VF / heads positions for `heads` heads: lane h * (VF / heads) + p.
TTQ_INLINE vf score_tile(uint32_t element, const kv_stream *s, const uint8_t *keys, const float *queries, int heads) {
  const int positions = VF / heads;
  const size_t size = element_bytes(element), line = 64 / size;
  vf sums[VF];
  TTQ_UNROLL for (int i = 0; i < VF; i++) sums[i] = vf_all(0);
  size_t d = 0;
  for (; d + line <= s->dim; d += line) {
    TTQ_UNROLL for (int p = 0; p < positions; p++) fetch(s, keys + p * s->bytes + d * size, 64);
    TTQ_UNROLL for (size_t i = 0; i < line; i += VF) {
      vf q[4];
      TTQ_UNROLL for (int h = 0; h < heads; h++) q[h] = vf_load(queries + h * s->dim + d + i);
      TTQ_UNROLL for (int p = 0; p < positions; p++) {
        const vf k = cache_load(element, keys + p * s->bytes + (d + i) * size);
        TTQ_UNROLL for (int h = 0; h < heads; h++) sums[h * positions + p] = vf_fma(k, q[h], sums[h * positions + p]);
      }
    }
  }
  for (; d < s->dim; d += VF) {
    const size_t count = s->dim - d < VF ? s->dim - d : VF;
    TTQ_UNROLL for (int p = 0; p < positions; p++) {
      const vf k = cache_load_first(element, keys + p * s->bytes + d * size, count);
      TTQ_UNROLL for (int h = 0; h < heads; h++)
        sums[h * positions + p] = vf_fma(k, vf_load_first(queries + h * s->dim + d, count), sums[h * positions + p]);
    }
  }
  return row_sums(sums);
}

// The score of one position for one head.
TTQ_INLINE float score_one(uint32_t element, const kv_stream *s, const uint8_t *keys, const float *query) {
  vf sum = vf_all(0);
  for (size_t d = 0; d < s->dim; d += VF) {
    const size_t count = s->dim - d < VF ? s->dim - d : VF;
    sum = vf_fma(cache_load_first(element, keys + d * element_bytes(element), count), vf_load_first(query + d, count), sum);
  }
  return vf_sum(sum);
}

TTQ_INLINE void score_block(
    uint32_t element, const kv_stream *s, const uint8_t *keys, size_t count, const float *queries, float *scores, int heads) {
  const size_t positions = VF / (size_t)heads;
  size_t p = 0;
  for (; p + positions <= count; p += positions) {
    float lanes[VF];
    vf_store(lanes, score_tile(element, s, keys + p * s->bytes, queries, heads));
    TTQ_UNROLL for (int h = 0; h < heads; h++)
      memcpy(scores + h * TTQ_ATTENTION_POSITIONS + p, lanes + h * positions, positions * sizeof *lanes);
  }
  for (; p < count; p++)
    for (int h = 0; h < heads; h++)
      scores[h * TTQ_ATTENTION_POSITIONS + p] = score_one(element, s, keys + p * s->bytes, queries + h * s->dim);
}

// sums[h][d ...] += weights[h][p] * values[p][d ...] over the block, `columns` registers wide; a single one may be short.
TTQ_INLINE void add_columns(
    uint32_t element, const kv_stream *s, const uint8_t *values, size_t count, const float *weights, float *sums, int heads,
    int columns, size_t short_by) {
  const size_t size = element_bytes(element), kept = VF - short_by;
  vf total[4][8];
  TTQ_UNROLL for (int h = 0; h < heads; h++) TTQ_UNROLL for (int c = 0; c < columns; c++) {
    const float *from = sums + h * s->dim + c * VF;
    total[h][c] = short_by ? vf_load_first(from, kept) : vf_load(from);
  }
  for (size_t p = 0; p < count; p++, values += s->bytes) {
    fetch(s, values, columns * VF * size);
    vf weight[4];
    TTQ_UNROLL for (int h = 0; h < heads; h++) weight[h] = vf_all(weights[h * TTQ_ATTENTION_POSITIONS + p]);
    TTQ_UNROLL for (int c = 0; c < columns; c++) {
      const uint8_t *from = values + c * VF * size;
      const vf v = short_by ? cache_load_first(element, from, kept) : cache_load(element, from);
      TTQ_UNROLL for (int h = 0; h < heads; h++) total[h][c] = vf_fma(v, weight[h], total[h][c]);
    }
  }
  TTQ_UNROLL for (int h = 0; h < heads; h++) TTQ_UNROLL for (int c = 0; c < columns; c++) {
    float *to = sums + h * s->dim + c * VF;
    short_by ? vf_store_first(to, total[h][c], kept) : vf_store(to, total[h][c]);
  }
}

TTQ_INLINE void add_block(
    uint32_t element, const kv_stream *s, const uint8_t *values, size_t count, const float *weights, float *sums, int heads) {
  const int columns = heads == 4 ? VF / 4 : VF / 2; // registers of sums: 8 or 16 of AVX-512's 32, 4 or 8 of AVX2's 16
  const size_t size = element_bytes(element);
  size_t d = 0;
  for (; d + columns * VF <= s->dim; d += columns * VF)
    add_columns(element, s, values + d * size, count, weights, sums + d, heads, columns, 0);
  for (; d + VF <= s->dim; d += VF) add_columns(element, s, values + d * size, count, weights, sums + d, heads, 1, 0);
  if (d < s->dim) add_columns(element, s, values + d * size, count, weights, sums + d, heads, 1, VF - (s->dim - d));
}

// score[i] *= scales[i]
TTQ_INLINE void scale_positions(float *score, const float *scales, size_t count) {
  for (size_t i = 0; i < count; i += VF)
    vf_store(score + i, vf_mul(vf_load(score + i), vf_load_first(scales + i, lesser(count - i, VF))));
}

// Scores of the block's heads become weights; of an int8 cache, both are in terms of its scales.
TTQ_INLINE void weigh_heads(
    uint32_t element, const kv_stream *s, softmax_state state, size_t p, size_t count, float *scores, size_t heads) {
  for (size_t h = 0; h < heads; h++) {
    float *score = scores + h * TTQ_ATTENTION_POSITIONS;
    if (element == TTQ_INT8) scale_positions(score, s->key_scales + p, count);
    raise_greatest(state, h, s->dim, count, score);
  }
  for (size_t h = 0; h < heads; h++) {
    float *score = scores + h * TTQ_ATTENTION_POSITIONS;
    weigh(state, h, count, count, score);
    if (element == TTQ_INT8) scale_positions(score, s->value_scales + p, count);
  }
}

TTQ_INLINE void attend_heads(uint32_t element, const ttq_attention_args *a, size_t t, size_t kv, size_t begin, size_t heads) {
  const tile_scratch m = scratch_of(a);
  const softmax_state state = {.sums = m.sums, .greatest = m.greatest, .total = m.total};
  kv_stream s = stream_of(element, a, kv);
  for (size_t h = 0; h < heads; h++) {
    scale_row(a->q + (t * a->heads + begin + h) * a->dim, a->scale, m.queries + h * a->dim, a->dim);
    m.greatest[h] = -FLT_MAX;
    m.total[h] = 0;
  }
  memset(m.sums, 0, heads * a->dim * sizeof *m.sums);
  const size_t end = a->past + t + 1;
  for (size_t p = 0; p < end; p += TTQ_ATTENTION_POSITIONS) {
    const size_t count = lesser(end - p, TTQ_ATTENTION_POSITIONS);
    const uint8_t *keys = s.keys + p * s.bytes, *values = s.values + p * s.bytes;
    s.ahead = ahead_of(&s, a, kv, p, end);
    for (size_t h = 0; h < heads;) {
      float *scores = m.scores + h * TTQ_ATTENTION_POSITIONS;
      const float *queries = m.queries + h * a->dim;
      if (heads - h >= 4) score_block(element, &s, keys, count, queries, scores, 4), h += 4;
      else if (heads - h >= 2) score_block(element, &s, keys, count, queries, scores, 2), h += 2;
      else score_block(element, &s, keys, count, queries, scores, 1), h += 1;
    }
    weigh_heads(element, &s, state, p, count, m.scores, heads);
    for (size_t h = 0; h < heads;) {
      const float *weights = m.scores + h * TTQ_ATTENTION_POSITIONS;
      float *sums = m.sums + h * a->dim;
      if (heads - h >= 4) add_block(element, &s, values, count, weights, sums, 4), h += 4;
      else if (heads - h >= 2) add_block(element, &s, values, count, weights, sums, 2), h += 2;
      else add_block(element, &s, values, count, weights, sums, 1), h += 1;
    }
  }
  for (size_t h = 0; h < heads; h++)
    scale_row(m.sums + h * a->dim, 1 / m.total[h], a->y + (t * a->heads + begin + h) * a->dim, a->dim);
}

TTQ_INLINE void attend_directly(uint32_t element, const ttq_attention_args *a) {
  assert_contract(element, a);
  const size_t share = a->heads / a->kv_heads;
  for (size_t t = 0; t < a->tokens; t++)
    for (size_t begin = a->head_begin; begin < a->head_end;) {
      const size_t kv = begin / share;
      const size_t heads = lesser(lesser((kv + 1) * share, a->head_end) - begin, TTQ_ATTENTION_QUERIES);
      attend_heads(element, a, t, kv, begin, heads);
      begin += heads;
    }
}
