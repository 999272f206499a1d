#pragma once
#include "group512.h"

// Range search within a scaled group: the candidate ends of least weighted error (ttq_range_search). A lane is a row.

TTQ_REGION(TTQ_TARGET_AVX512)

typedef struct { __m512 error, scale; } ttq_trial512;

// The weighted error of a group of `channels` channels whose range is `ends`, and the scale that it rounds to.
TTQ_INLINE ttq_trial512 ttq_try_range512(
  const ttq_group512 *g, size_t channels, ttq_extremes512 ends, const float *weight, int bits
) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m512 levels = _mm512_set1_ps((float)((1 << bits) - 1)), zero = _mm512_setzero_ps();
  const __m512 range = _mm512_div_ps(_mm512_sub_ps(ends.high, ends.low), levels);
  const __m512 scale = _mm512_cvtph_ps(_mm512_cvtps_ph(_mm512_add_ps(range, zero), NEAREST));
  const __m512 minimum = _mm512_cvtph_ps(_mm512_cvtps_ph(_mm512_add_ps(ends.low, zero), NEAREST));
  const __m512 inverse = _mm512_maskz_div_ps(_mm512_cmp_ps_mask(scale, zero, _CMP_NEQ_UQ), _mm512_set1_ps(1), scale);
  const __m512 offset = _mm512_sub_ps(zero, _mm512_mul_ps(minimum, inverse));
  __m512 sums[2] = {zero, zero};
  for (size_t k = 0; k + 1 < channels; k += 2) TTQ_UNROLL for (size_t i = 0; i < 2; i++) {
    const __m512 t = _mm512_add_ps(_mm512_mul_ps(g->v[k + i], inverse), offset);
    const __m512 code = _mm512_roundscale_ps(_mm512_min_ps(_mm512_max_ps(t, zero), levels), NEAREST);
    const __m512 d = _mm512_sub_ps(t, code);
    sums[i] = _mm512_add_ps(sums[i], _mm512_mul_ps(_mm512_mul_ps(d, d), _mm512_set1_ps(weight[k + i])));
  }
  if (channels % 2) {
    const size_t k = channels - 1;
    const __m512 t = _mm512_add_ps(_mm512_mul_ps(g->v[k], inverse), offset);
    const __m512 code = _mm512_roundscale_ps(_mm512_min_ps(_mm512_max_ps(t, zero), levels), NEAREST);
    const __m512 d = _mm512_sub_ps(t, code);
    sums[0] = _mm512_add_ps(sums[0], _mm512_mul_ps(_mm512_mul_ps(d, d), _mm512_set1_ps(weight[k])));
  }
  return (ttq_trial512){_mm512_mul_ps(_mm512_mul_ps(scale, scale), _mm512_add_ps(sums[0], sums[1])), scale};
}

// Replaces the range of a group by the best of `candidates` and returns its error.
TTQ_INLINE __m512 ttq_search_range512(
  ttq_group512 *g, size_t channels, ttq_extremes512 *range, const float *weight, size_t candidates, int bits
) {
  const float factors[4] = {1, 0.9f, 0.8f, 0.7f};
  const ttq_extremes512 whole = *range;
  __m512 least = ttq_try_range512(g, channels, whole, weight, bits).error;
  for (size_t i = 1; i < candidates; i++) {
    const float low = candidates == 16 ? factors[i / 4] : factors[i], high = factors[i % 4];
    const ttq_extremes512 ends = {
      _mm512_mul_ps(whole.low, _mm512_set1_ps(low)), _mm512_mul_ps(whole.high, _mm512_set1_ps(high))};
    const ttq_trial512 found = ttq_try_range512(g, channels, ends, weight, bits);
    const __mmask16 positive = _mm512_cmp_ps_mask(found.scale, _mm512_setzero_ps(), _CMP_GT_OQ);
    const __mmask16 better = _mm512_mask_cmp_ps_mask(positive, found.error, least, _CMP_LT_OQ);
    least = _mm512_mask_mov_ps(least, better, found.error);
    range->low = _mm512_mask_mov_ps(range->low, better, ends.low);
    range->high = _mm512_mask_mov_ps(range->high, better, ends.high);
  }
  return least;
}

TTQ_REGION_END
