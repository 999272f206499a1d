#pragma once

// Factors as bf16, a pair of ranks to a word, the odd one in its upper half; include in a target region.

enum { RANKS_PER_WORD = 2 };
static const uint32_t WORD_SIGNS = 0x80008000;

// Word i of the ranks that lie `stride` apart from x on; the last of an odd number is paired with 0.
TTQ_INLINE uint32_t factor_word(const uint16_t *x, size_t stride, size_t i, size_t rank) {
  const uint32_t odd = 2 * i + 1 < rank ? x[(2 * i + 1) * stride] : 0;
  return odd << 16 | x[2 * i * stride];
}

// vdpbf16ps adds the product of the upper halves, then that of the lower, and rounds each sum to nearest even: two fused
// multiply-adds, in the order of ttq_low_rank_order (all bits equal in 48 million random sums on a Zen 5).
TTQ_INLINE __m512 add_word(__m512 sum, __m512i column, uint32_t row) {
  return _mm512_dpbf16_ps(sum, (__m512bh)column, (__m512bh)_mm512_set1_epi32((int)row));
}
