#pragma once
#include "group256.h"

// Range search within a scaled group: the candidate ends of least weighted error (ttq_range_search). A lane is a row.

TTQ_REGION(TTQ_TARGET_AVX2)

enum { TTQ_CANDIDATES256 = 16 };

// A candidate: its ends, what they round to, and a bound that its error is not below.
typedef struct {
  ttq_extremes256 ends;
  __m256 scale, inverse, offset, bound;
} ttq_trial256;

// The weighted square of how far v is from its code, in steps. Numbers from 0 on are ordered as their bits are, and those below 0 are
// negative as integers, which any pipe compares: the two that compare floats are taken by the sums.
TTQ_INLINE __m256 ttq_miss256(const ttq_trial256 *trial, __m256 v, __m256 weight, __m256 levels) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 t = _mm256_add_ps(_mm256_mul_ps(v, trial->inverse), trial->offset);
  const __m256i positive = _mm256_max_epi32(_mm256_castps_si256(t), _mm256_setzero_si256());
  const __m256i within = _mm256_min_epi32(positive, _mm256_castps_si256(levels));
  const __m256 d = _mm256_sub_ps(t, _mm256_round_ps(_mm256_castsi256_ps(within), NEAREST));
  return _mm256_mul_ps(_mm256_mul_ps(d, d), weight);
}

// The error of a group of `channels` channels. Eight at a time: the branch of a shorter loop costs a tenth.
TTQ_INLINE __m256 ttq_error256(const ttq_trial256 *trial, const __m256 *v, size_t channels, const float *weight, __m256 levels) {
  __m256 sums[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  const ttq_trial256 kept = *trial;
  size_t k = 0;
  for (; k + 8 <= channels; k += 8)
    TTQ_UNROLL for (size_t i = 0; i < 8; i++)
      sums[i % 2] = _mm256_add_ps(sums[i % 2], ttq_miss256(&kept, v[k + i], _mm256_set1_ps(weight[k + i]), levels));
  for (; k < channels; k++) {
    const __m256 miss = ttq_miss256(&kept, v[k], _mm256_set1_ps(weight[k]), levels);
    if (k % 2) sums[1] = _mm256_add_ps(sums[1], miss);
    else sums[0] = _mm256_add_ps(sums[0], miss);
  }
  return _mm256_mul_ps(_mm256_mul_ps(kept.scale, kept.scale), _mm256_add_ps(sums[0], sums[1]));
}

// Rounds the range that is the whole times `low` and `high`.
TTQ_INLINE ttq_trial256 ttq_trial_of256(ttq_extremes256 whole, float low, float high, __m256 levels) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 zero = _mm256_setzero_ps();
  ttq_trial256 trial = {{_mm256_mul_ps(whole.low, _mm256_set1_ps(low)), _mm256_mul_ps(whole.high, _mm256_set1_ps(high))}};
  const __m256 range = _mm256_div_ps(_mm256_sub_ps(trial.ends.high, trial.ends.low), levels);
  const __m256 minimum = _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_add_ps(trial.ends.low, zero), NEAREST));
  trial.scale = _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_add_ps(range, zero), NEAREST));
  trial.inverse = ttq_reciprocal256(trial.scale);
  trial.offset = _mm256_sub_ps(zero, _mm256_mul_ps(minimum, trial.inverse));
  return trial;
}

// The weights of a least and of a greatest value of each row, which are two channels where the values differ.
TTQ_INLINE ttq_extremes256 ttq_weights_of_extremes256(
  const __m256 *v, size_t channels, ttq_extremes256 whole, const float *weight
) {
  ttq_extremes256 at = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  for (size_t k = 0; k < channels; k++) {
    const __m256 here = _mm256_set1_ps(weight[k]);
    at.low = _mm256_blendv_ps(at.low, here, _mm256_cmp_ps(v[k], whole.low, _CMP_EQ_OQ));
    at.high = _mm256_blendv_ps(at.high, here, _mm256_cmp_ps(v[k], whole.high, _CMP_EQ_OQ));
  }
  at.high = _mm256_and_ps(at.high, _mm256_cmp_ps(whole.low, whole.high, _CMP_NEQ_UQ));
  return at;
}

// What the error of a candidate is not below: no term of it is negative and rounding keeps order, so two of its terms, rounded as it
// is, bound it.
TTQ_INLINE __m256 ttq_bound256(const ttq_trial256 *trial, ttq_extremes256 whole, ttq_extremes256 weights, __m256 levels) {
  const __m256 low = ttq_miss256(trial, whole.low, weights.low, levels);
  const __m256 high = ttq_miss256(trial, whole.high, weights.high, levels);
  return _mm256_mul_ps(_mm256_mul_ps(trial->scale, trial->scale), _mm256_add_ps(low, high));
}

// Replaces the range of half a group by the best of `candidates` and returns its error. All candidates are rounded before the first is
// tried, so that the divisions of one are not waited for. From 4 bits on steps are so small that what the ends lose rules many
// candidates out, which are then not tried: at 4 bits a fifth to a half, at 8 nearly all.
static __attribute__((noinline)) __m256 ttq_search_range256(
  const __m256 *v, size_t channels, ttq_extremes256 *range, const float *weight, size_t candidates, int bits
) {
  const float factors[4] = {1, 0.9f, 0.8f, 0.7f};
  const __m256 levels = _mm256_set1_ps((float)((1 << bits) - 1));
  const ttq_extremes256 whole = *range;
  ttq_extremes256 weights = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  const int bounded = bits >= 4 && candidates > 1;
  if (bounded) weights = ttq_weights_of_extremes256(v, channels, whole, weight);
  ttq_trial256 trials[TTQ_CANDIDATES256];
  for (size_t i = 0; i < candidates; i++) {
    trials[i] = ttq_trial_of256(whole, factors[candidates == 16 ? i / 4 : i], factors[i % 4], levels);
    trials[i].bound = bounded ? ttq_bound256(trials + i, whole, weights, levels) : _mm256_setzero_ps();
  }
  __m256 least = ttq_error256(trials, v, channels, weight, levels);
  for (size_t i = 1; i < candidates; i++) {
    const ttq_trial256 *trial = trials + i;
    const __m256 positive = _mm256_cmp_ps(trial->scale, _mm256_setzero_ps(), _CMP_GT_OQ);
    const __m256 possible = _mm256_and_ps(positive, _mm256_cmp_ps(trial->bound, least, _CMP_LT_OQ));
    if (_mm256_movemask_ps(possible) == 0) continue;
    const __m256 error = ttq_error256(trial, v, channels, weight, levels);
    const __m256 better = _mm256_and_ps(possible, _mm256_cmp_ps(error, least, _CMP_LT_OQ));
    least = _mm256_blendv_ps(least, error, better);
    range->low = _mm256_blendv_ps(range->low, trial->ends.low, better);
    range->high = _mm256_blendv_ps(range->high, trial->ends.high, better);
  }
  return least;
}

TTQ_REGION_END
