#pragma once

// The low-rank factors in words of 32 bits, as the products_*.h that was included before takes them:
//   a   negated, in blocks of 16 channels: word 0 of its channels, word 1 and so on; 0 past K
//   b   of one panel: word 0 of its 16 rows, word 1 and so on
// Include in a target region.

enum { FACTOR_BLOCK = 16 };

typedef struct {
  size_t words; // of a channel; 0: there are no factors
  uint32_t *a, *b;
} panel_factors;

static void lay_out_a(const ttq_low_rank *factors, size_t words, size_t k, uint32_t *to) {
  for (size_t first = 0; first < k; first += FACTOR_BLOCK)
    for (size_t i = 0; i < words; i++)
      for (size_t c = first; c < first + FACTOR_BLOCK; c++)
        *to++ = c < k ? factor_word(factors->a + c, k, i, factors->rank) ^ WORD_SIGNS : 0;
}

static void lay_out_b(const ttq_low_rank *factors, size_t words, size_t n, uint32_t *to) {
  for (size_t r = 0; r < TTQ_PANEL; r++)
    for (size_t i = 0; i < words; i++)
      to[TTQ_PANEL * i + r] = factor_word(factors->b + (n + r) * factors->rank, 1, i, factors->rank);
}

// The factors of a call, with A laid out in its scratch memory and a place behind it for B.
TTQ_INLINE panel_factors factors_of(const ttq_quantize_args *args) {
  const size_t words = (args->low_rank.rank + RANKS_PER_WORD - 1) / RANKS_PER_WORD;
  uint32_t *a = (uint32_t *)args->scratch;
  lay_out_a(&args->low_rank, words, args->k, a);
  return (panel_factors){words, a, a + words * ttq_padded_k(args->k)};
}

// Takes the product of the factors from a block of channels of the panel, k and those after it. As many sums as channels hide the
// latency of each.
TTQ_INLINE void subtract_product(const panel_factors *f, size_t k, __m512 w[FACTOR_BLOCK]) {
  const uint32_t *a = f->a + k * f->words;
  __m512 u[FACTOR_BLOCK];
  TTQ_UNROLL for (int c = 0; c < FACTOR_BLOCK; c++) u[c] = w[c];
  for (size_t i = 0; i < f->words; i++) {
    const __m512i column = _mm512_loadu_si512(f->b + TTQ_PANEL * i);
    TTQ_UNROLL for (size_t c = 0; c < FACTOR_BLOCK; c++) u[c] = add_word(u[c], column, a[FACTOR_BLOCK * i + c]);
  }
  TTQ_UNROLL for (int c = 0; c < FACTOR_BLOCK; c++) w[c] = u[c];
}
