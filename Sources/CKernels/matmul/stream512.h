#pragma once
#include <assert.h>

#include "matmul_rows.h"

// Products of one token for AVX-512: one row after the other, as they lie in memory. The weights are then a single stream, as
// in the loop that measures the read roof; eight rows at once are eight streams, which the memory serves at four fifths of that. Include
// after the words (see blocks512.h), in a target region.

enum {
  STREAM_CHAINS = 4,
  STREAM_CHANNELS = 16 * LANE, // of a register
  STREAM_AHEAD = 4096          // bytes; the hardware's prefetchers stop at a page's end
};

TTQ_INLINE float stream_row(const uint8_t *w, const uint32_t *x, size_t channels, uint32_t element) {
  const size_t bytes = element == TTQ_F32 ? 4 : 2;
  __m512 sums[STREAM_CHAINS];
  TTQ_UNROLL for (int i = 0; i < STREAM_CHAINS; i++) sums[i] = _mm512_setzero_ps();
  size_t c = 0;
  for (; c + STREAM_CHAINS * STREAM_CHANNELS <= channels; c += STREAM_CHAINS * STREAM_CHANNELS)
    TTQ_UNROLL for (size_t i = 0; i < STREAM_CHAINS; i++) {
      const size_t at = c + i * STREAM_CHANNELS;
      _mm_prefetch((const char *)w + at * bytes + STREAM_AHEAD, _MM_HINT_T0);
      sums[i] = add_products(sums[i], load_words(element, w + at * bytes, STREAM_CHANNELS), _mm512_load_si512(x + at / LANE));
    }
  for (; c < channels; c += STREAM_CHANNELS)
    sums[0] = add_products(sums[0], load_words(element, w + c * bytes, channels - c), _mm512_load_si512(x + c / LANE));
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
}

// More tokens than one each read all rows again.
TTQ_INLINE void multiply_by_streaming(const ttq_matmul_args *a, uint32_t element) {
  enum { MOST_CHANNELS = TTQ_MATMUL_DOT_SCRATCH * LANE };
  assert(a->k > 0 && a->x_stride >= a->k && a->y_stride >= a->n);
  const size_t bytes = element == TTQ_F32 ? 4 : 2;
  uint32_t *words = (uint32_t *)a->scratch;
  for (size_t t = 0; t < a->tokens; t++)
    for (size_t k = 0; k < a->k; k += MOST_CHANNELS) {
      const size_t channels = a->k - k < MOST_CHANNELS ? a->k - k : MOST_CHANNELS;
      const float *x = a->x + t * a->x_stride + k;
      for (size_t c = 0; c < channels; c += STREAM_CHANNELS) _mm512_store_si512(words + c / LANE, pack_words(x + c, channels - c));
      float *y = a->y + t * a->y_stride;
      for (size_t n = 0; n < a->n; n++) {
        const float sum = stream_row((const uint8_t *)a->w + (n * a->k + k) * bytes, words, channels, element);
        y[n] = k > 0 ? y[n] + sum : sum;
      }
    }
}
