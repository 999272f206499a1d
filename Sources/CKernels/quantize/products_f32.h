#pragma once

// Factors as f32, a rank to a word; include in a target region.

enum { RANKS_PER_WORD = 1 };
static const uint32_t WORD_SIGNS = 0x80000000;

// Word i of the ranks that lie `stride` apart from x on, in the order in which their products are taken.
TTQ_INLINE uint32_t factor_word(const uint16_t *x, size_t stride, size_t i, size_t rank) {
  return (uint32_t)x[ttq_low_rank_order(i, rank) * stride] << 16;
}

// The products are exact, so that being fused does not show.
TTQ_INLINE __m512 add_word(__m512 sum, __m512i column, uint32_t row) {
  return _mm512_fmadd_ps(_mm512_castsi512_ps(column), _mm512_castsi512_ps(_mm512_set1_epi32((int)row)), sum);
}
