#pragma once
#include <string.h>

#include "group256.h"

// The low-rank factors as f32, laid out in the order of their use:
//   a   in blocks of 4 channels: the first rank of its channels, the second and so on; 0 past K
//   b   of one panel: the first rank of its 16 rows, the second and so on
// Rank after rank of whole rows, as they come, the lines of a block would fall into one set of L1.

enum { TTQ_FACTOR_BLOCK256 = 4 };

static inline float ttq_widened_factor256(uint16_t bits16) {
  const uint32_t bits = (uint32_t)bits16 << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline void ttq_lay_out_a256(const ttq_quantize_args *a) {
  const size_t rank = a->low_rank.rank;
  float *to = a->scratch;
  for (size_t first = 0; first < ttq_padded_k(a->k); first += TTQ_FACTOR_BLOCK256)
    for (size_t i = 0; i < rank; i++) {
      const uint16_t *row = a->low_rank.a + ttq_low_rank_order(i, rank) * a->k;
      for (size_t k = first; k < first + TTQ_FACTOR_BLOCK256; k++) *to++ = k < a->k ? ttq_widened_factor256(row[k]) : 0;
    }
}

static inline float *ttq_panel_b256(const ttq_quantize_args *a) {
  return a->scratch + a->low_rank.rank * ttq_padded_k(a->k);
}

static inline void ttq_lay_out_b256(const ttq_quantize_args *a, size_t n) {
  const size_t rank = a->low_rank.rank;
  float *to = ttq_panel_b256(a);
  for (size_t i = 0; i < rank; i++)
    for (size_t r = 0; r < TTQ_PANEL; r++)
      *to++ = ttq_widened_factor256(a->low_rank.b[(n + r) * rank + ttq_low_rank_order(i, rank)]);
}

TTQ_REGION(TTQ_TARGET_AVX2)

// Takes the product of the factors from a block of channels of both halves, k and those after it: eight sums hide the latency of
// each, and a rank costs six loads for eight multiply-adds.
TTQ_INLINE void ttq_subtract_product256(const ttq_quantize_args *a, size_t k, __m256 u[2][TTQ_FACTOR_BLOCK256]) {
  const float *row = a->scratch + a->low_rank.rank * k, *column = ttq_panel_b256(a);
  const float *end = column + TTQ_PANEL * a->low_rank.rank;
  __m256 sums[2][TTQ_FACTOR_BLOCK256];
  TTQ_UNROLL for (int h = 0; h < 2; h++) TTQ_UNROLL for (int c = 0; c < TTQ_FACTOR_BLOCK256; c++) sums[h][c] = u[h][c];
  for (; column < end; column += TTQ_PANEL, row += TTQ_FACTOR_BLOCK256) {
    const __m256 b[2] = {_mm256_loadu_ps(column), _mm256_loadu_ps(column + 8)};
    TTQ_UNROLL for (int c = 0; c < TTQ_FACTOR_BLOCK256; c++) {
      const __m256 factor = _mm256_set1_ps(row[c]);
      TTQ_UNROLL for (int h = 0; h < 2; h++) sums[h][c] = _mm256_fnmadd_ps(b[h], factor, sums[h][c]);
    }
  }
  TTQ_UNROLL for (int h = 0; h < 2; h++) TTQ_UNROLL for (int c = 0; c < TTQ_FACTOR_BLOCK256; c++) u[h][c] = sums[h][c];
}

TTQ_REGION_END
