#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "scale256.h"
#include "search256.h"

// quantize into layout compact16, with a range search or without. Steps need the ends of all groups of a row, so a panel is scaled as a whole,
// into the scratch memory, and then packed from there: it is in L2 up to some thousand channels.

TTQ_REGION(TTQ_TARGET_AVX2)

enum { UP = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC };

// The steps of eight rows, as they are stored, with their values and the reciprocals of these, 0 for a step of 0.
typedef struct {
  __m128i scale16, minimum16;
  __m256 scale, minimum, inverse_scale, inverse_minimum;
} row_steps;

TTQ_INLINE __m256 levels_of(int bits) { return _mm256_set1_ps((float)((1 << bits) - 1)); }

// Steps for ranges that are at most so wide, and minima of at most `magnitude`.
TTQ_INLINE row_steps steps_of(__m256 widest, __m256 magnitude, int bits) {
  const __m256 range = _mm256_div_ps(widest, levels_of(bits));
  row_steps s = {
    .scale16 = _mm256_cvtps_ph(_mm256_div_ps(range, _mm256_set1_ps(255)), UP),
    .minimum16 = _mm256_cvtps_ph(_mm256_div_ps(magnitude, _mm256_set1_ps(127)), UP)};
  s.scale = _mm256_cvtph_ps(s.scale16);
  s.minimum = _mm256_cvtph_ps(s.minimum16);
  s.inverse_scale = ttq_reciprocal256(s.scale);
  s.inverse_minimum = ttq_reciprocal256(s.minimum);
  return s;
}

// Integers of eight rows as words.
TTQ_INLINE __m128i words(__m256i rows) {
  return _mm_packs_epi32(_mm256_castsi256_si128(rows), _mm256_extracti128_si256(rows, 1));
}

// Rounds a group's ranges to steps: sets what its codes are taken by, and side to u8 scale[16] and s8 minimum[16].
TTQ_INLINE void round_group(
  ttq_group256 *g, const ttq_extremes256 ends[2], const row_steps steps[2], int bits, __m128i side[2]
) {
  __m128i scales[2], minima[2];
  TTQ_UNROLL for (int h = 0; h < 2; h++) {
    const __m256 range = _mm256_div_ps(_mm256_sub_ps(ends[h].high, ends[h].low), levels_of(bits));
    const __m256i scale = _mm256_cvtps_epi32(_mm256_mul_ps(range, steps[h].inverse_scale));
    const __m256i minimum = _mm256_cvtps_epi32(_mm256_mul_ps(ends[h].low, steps[h].inverse_minimum));
    ttq_group256_steps(
      g, h, _mm256_mul_ps(_mm256_cvtepi32_ps(scale), steps[h].scale),
      _mm256_mul_ps(_mm256_cvtepi32_ps(minimum), steps[h].minimum), bits);
    scales[h] = words(scale);
    minima[h] = words(minimum);
  }
  side[0] = _mm_packus_epi16(scales[0], scales[1]);
  side[1] = _mm_packs_epi16(minima[0], minima[1]);
}

TTQ_INLINE void store_line(uint8_t *line, const __m128i parts[4]) {
  TTQ_UNROLL for (int i = 0; i < 4; i++) _mm_stream_si128((__m128i *)(void *)(line + 16 * i), parts[i]);
}

// A panel in the scratch memory, behind the factors: the ends of each group, two halves, then its values.
typedef struct {
  ttq_extremes256 *ends;
  __m256 *values;
} scaled_panel;

static inline scaled_panel panel_of(const ttq_quantize_args *a) {
  float *ends = a->scratch + a->low_rank.rank * (ttq_padded_k(a->k) + 2 * TTQ_PANEL);
  float *values = ends + 2 * TTQ_PANEL * ttq_groups(a->k, a->group);
  return (scaled_panel){(ttq_extremes256 *)(void *)ends, (__m256 *)(void *)values};
}

// The group of `panel` that begins at channel `first` and has so many.
TTQ_INLINE ttq_group256 group_of(scaled_panel panel, size_t first, size_t channels) {
  __m256 *values = panel.values + 2 * first;
  const size_t padded = ttq_padded_k(channels);
  return (ttq_group256){.v = {values, values + padded}, .chunks = padded / TTQ_CHUNK};
}

#define FOR_EACH_GROUP(first, channels) \
  for (size_t first = 0, channels; channels = first + a->group < a->k ? a->group : a->k - first, first < a->k; first += a->group)

// Scales the panel of row n, chooses the ends of its groups, and sets its steps.
TTQ_INLINE void scale_panel(
  const ttq_quantize_args *a, size_t n, int residual, int search, int bits, uint32_t element, scaled_panel panel,
  row_steps steps[2]
) {
  const __m256 magnitudes = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  __m256 widest[2], magnitude[2], error[2];
  TTQ_UNROLL for (int h = 0; h < 2; h++) widest[h] = magnitude[h] = error[h] = _mm256_setzero_ps();
  ttq_extremes256 *ends = panel.ends;
  FOR_EACH_GROUP(first, channels) {
    ttq_group256 group = group_of(panel, first, channels);
    ttq_scale_group256(a, n, first, channels, residual, element, &group, ends);
    TTQ_UNROLL for (int h = 0; h < 2; h++, ends++) {
      if (search) {
        const float *weight = a->search.weight + first;
        const __m256 least = ttq_search_range256(group.v[h], channels, ends, weight, a->search.candidates, bits);
        error[h] = _mm256_add_ps(error[h], least);
      }
      widest[h] = _mm256_max_ps(_mm256_sub_ps(ends->high, ends->low), widest[h]);
      magnitude[h] = _mm256_max_ps(_mm256_and_ps(ends->low, magnitudes), magnitude[h]);
    }
  }
  TTQ_UNROLL for (int h = 0; h < 2; h++) {
    steps[h] = steps_of(widest[h], magnitude[h], bits);
    if (search) _mm256_storeu_ps(a->search.error + n + 8 * h, error[h]);
  }
}

// Returns lanes of ones where a step is not finite.
TTQ_INLINE __m256 quantize_panel(
  const ttq_quantize_args *a, size_t n, int residual, int search, int bits, uint32_t element, uint8_t *packed
) {
  const scaled_panel panel = panel_of(a);
  row_steps steps[2];
  scale_panel(a, n, residual, search, bits, element, panel, steps);
  store_line(packed, (__m128i[]){steps[0].scale16, steps[1].scale16, steps[0].minimum16, steps[1].minimum16});
  packed += 64;

  // A group is packed after the next one is rounded, whose divisions are then not waited for.
  ttq_group256 groups[2];
  const ttq_group256 *before = NULL;
  uint8_t *line = packed;
  __m128i sides[4];
  size_t j = 0;
  FOR_EACH_GROUP(first, channels) {
    ttq_group256 *group = groups + j % 2;
    *group = group_of(panel, first, channels);
    if (before) packed = ttq_group256_store_codes(before, bits, packed);
    if (j % 2 == 0) {
      line = packed;
      packed += 64;
      sides[2] = sides[3] = _mm_setzero_si128();
    }
    round_group(group, panel.ends + 2 * j, steps, bits, sides + 2 * (j % 2));
    if (j % 2 == 1) store_line(line, sides);
    before = group;
    j++;
  }
  if (j % 2 == 1) store_line(line, sides);
  ttq_group256_store_codes(before, bits, packed);
  return _mm256_or_ps(ttq_not_finite256(steps[0].scale, steps[0].minimum), ttq_not_finite256(steps[1].scale, steps[1].minimum));
}

TTQ_INLINE uint32_t quantize_panels(const ttq_quantize_args *a, int residual, int search, int bits, uint32_t element) {
  const size_t row_bytes = ttq_compact_row_bytes(a->k, (size_t)bits, a->group);
  __m256 bad = _mm256_setzero_ps();
  if (residual) ttq_lay_out_a256(a);
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    if (residual) ttq_lay_out_b256(a, n);
    bad = _mm256_or_ps(bad, quantize_panel(a, n, residual, search, bits, element, a->packed + n * row_bytes));
  }
  _mm_sfence();
  return _mm256_movemask_ps(bad) != 0;
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int search, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP256);
  assert(!search || (a->search.weight && a->search.error));
  return a->low_rank.rank ? quantize_panels(a, 1, search, bits, element) : quantize_panels(a, 0, search, bits, element);
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx2_c16_q##bits(const ttq_quantize_args *a) { return quantize(a, 0, bits, element); } \
  uint32_t ttq_quantize_##name##_avx2_c16_search_q##bits(const ttq_quantize_args *a) { return quantize(a, 1, bits, element); }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
