#pragma once
#include "group256.h"

// Range search within a scaled group: the candidate ends of least weighted error (ttq_range_search). A lane is a row.

TTQ_REGION(TTQ_TARGET_AVX2)

// What a range rounds to; levels is the largest code.
typedef struct { __m256 scale, inverse, offset, levels; } ttq_trial256;

TTQ_INLINE ttq_trial256 ttq_round_range256(ttq_extremes256 ends, __m256 levels) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 zero = _mm256_setzero_ps(), range = _mm256_div_ps(_mm256_sub_ps(ends.high, ends.low), levels);
  const __m256 scale = _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_add_ps(range, zero), NEAREST));
  const __m256 minimum = _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_add_ps(ends.low, zero), NEAREST));
  const __m256 some = _mm256_cmp_ps(scale, zero, _CMP_NEQ_UQ);
  const __m256 inverse = _mm256_and_ps(some, _mm256_div_ps(_mm256_set1_ps(1), scale));
  return (ttq_trial256){scale, inverse, _mm256_sub_ps(zero, _mm256_mul_ps(minimum, inverse)), levels};
}

// The weighted square of how far v is from its code, in steps. Numbers from 0 on are ordered as their bits are, and those below 0 are
// negative as integers: the clamp by integers leaves the two pipes of products to the products.
TTQ_INLINE __m256 ttq_miss256(const ttq_trial256 *trial, __m256 v, float weight) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 t = _mm256_add_ps(_mm256_mul_ps(v, trial->inverse), trial->offset);
  const __m256i positive = _mm256_max_epi32(_mm256_castps_si256(t), _mm256_setzero_si256());
  const __m256i within = _mm256_min_epi32(positive, _mm256_castps_si256(trial->levels));
  const __m256 d = _mm256_sub_ps(t, _mm256_round_ps(_mm256_castsi256_ps(within), NEAREST));
  return _mm256_mul_ps(_mm256_mul_ps(d, d), _mm256_set1_ps(weight));
}

// The error of a group of `channels` channels.
TTQ_INLINE __m256 ttq_error256(const ttq_trial256 *trial, const __m256 *v, size_t channels, const float *weight) {
  __m256 sums[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  size_t k = 0;
  for (; k + 4 <= channels; k += 4) {
    __m256 misses[4];
    TTQ_UNROLL for (size_t i = 0; i < 4; i++) misses[i] = ttq_miss256(trial, v[k + i], weight[k + i]);
    TTQ_UNROLL for (size_t i = 0; i < 4; i++) sums[i % 2] = _mm256_add_ps(sums[i % 2], misses[i]);
  }
  for (; k < channels; k++) {
    const __m256 miss = ttq_miss256(trial, v[k], weight[k]);
    if (k % 2) sums[1] = _mm256_add_ps(sums[1], miss);
    else sums[0] = _mm256_add_ps(sums[0], miss);
  }
  return _mm256_mul_ps(_mm256_mul_ps(trial->scale, trial->scale), _mm256_add_ps(sums[0], sums[1]));
}

// Replaces the range of half a group by the best of `candidates` and returns its error.
static __attribute__((noinline)) __m256 ttq_search_range256(
  const __m256 *v, size_t channels, ttq_extremes256 *range, const float *weight, size_t candidates, int bits
) {
  const float factors[4] = {1, 0.9f, 0.8f, 0.7f};
  const __m256 levels = _mm256_set1_ps((float)((1 << bits) - 1));
  const ttq_extremes256 whole = *range;
  ttq_extremes256 best = whole;
  ttq_trial256 trial = ttq_round_range256(whole, levels);
  __m256 least = ttq_error256(&trial, v, channels, weight);
  for (size_t i = 1; i < candidates; i++) {
    const float low = candidates == 16 ? factors[i / 4] : factors[i], high = factors[i % 4];
    const ttq_extremes256 ends = {
      _mm256_mul_ps(whole.low, _mm256_set1_ps(low)), _mm256_mul_ps(whole.high, _mm256_set1_ps(high))};
    trial = ttq_round_range256(ends, levels);
    const __m256 error = ttq_error256(&trial, v, channels, weight);
    const __m256 positive = _mm256_cmp_ps(trial.scale, _mm256_setzero_ps(), _CMP_GT_OQ);
    const __m256 better = _mm256_and_ps(positive, _mm256_cmp_ps(error, least, _CMP_LT_OQ));
    least = _mm256_blendv_ps(least, error, better);
    best.low = _mm256_blendv_ps(best.low, ends.low, better);
    best.high = _mm256_blendv_ps(best.high, ends.high, better);
  }
  *range = best;
  return least;
}

TTQ_REGION_END
