#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "group512.h"

// quantize into layout compact16. Steps need all groups of a row, so a panel is scaled twice: for its steps, then for its codes,
// with its weights in L2.

TTQ_REGION(TTQ_TARGET_AVX512)
#include "products_f32.h"

#include "factors512.h"

#include "scale512.h"

enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, UP = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC };

// The steps of a panel and their reciprocals, 0 for a step of 0.
typedef struct { __m512 step[2], inverse[2]; __m512i head; } panel_steps;

TTQ_INLINE __m512 reciprocal(__m512 x) {
  const __mmask16 some = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  return _mm512_maskz_div_ps(some, _mm512_set1_ps(1), x);
}

// Steps for ranges that are `range` levels wide at most, and minima of at most `magnitude`.
TTQ_INLINE panel_steps steps_of(__m512 range, __m512 magnitude, int bits) {
  const __m512 widest = _mm512_div_ps(range, _mm512_set1_ps((float)((1 << bits) - 1)));
  const __m256i scale = _mm512_cvtps_ph(_mm512_div_ps(widest, _mm512_set1_ps(255)), UP);
  const __m256i minimum = _mm512_cvtps_ph(_mm512_div_ps(magnitude, _mm512_set1_ps(127)), UP);
  const __m512 step[2] = {_mm512_cvtph_ps(scale), _mm512_cvtph_ps(minimum)};
  return (panel_steps){
    {step[0], step[1]}, {reciprocal(step[0]), reciprocal(step[1])},
    _mm512_inserti64x4(_mm512_castsi256_si512(scale), minimum, 1)};
}

// Rounds a group's range to steps: sets what its codes are taken by and returns u8 scale[16] | s8 minimum[16].
TTQ_INLINE __m256i round_group(ttq_group512 *g, ttq_extremes512 extremes, const panel_steps *steps, int bits) {
  const __m512 range = _mm512_div_ps(_mm512_sub_ps(extremes.high, extremes.low), _mm512_set1_ps((float)((1 << bits) - 1)));
  const __m512i scale = _mm512_cvt_roundps_epi32(_mm512_mul_ps(range, steps->inverse[0]), NEAREST);
  const __m512i minimum = _mm512_cvt_roundps_epi32(_mm512_mul_ps(extremes.low, steps->inverse[1]), NEAREST);
  ttq_group512_steps(
    g, _mm512_mul_ps(_mm512_cvtepi32_ps(scale), steps->step[0]), _mm512_mul_ps(_mm512_cvtepi32_ps(minimum), steps->step[1]), bits);
  g->bounded = 0;  // rounded, a range does not cover its ends
  return _mm256_set_m128i(_mm512_cvtepi32_epi8(minimum), _mm512_cvtepi32_epi8(scale));
}

#define FOR_EACH_GROUP(first, channels) \
  for (size_t first = 0, channels; channels = first + a->group < a->k ? a->group : a->k - first, first < a->k; first += a->group)

// Fetches what a group will be in the next panel into L2: packing leaves memory idle, and the pass for the steps would wait for it.
TTQ_INLINE void fetch_next(
  const ttq_quantize_args *a, size_t n, size_t first, size_t channels, size_t stride, uint32_t element
) {
  if (n + TTQ_PANEL >= a->n) return;
  const size_t width = element == TTQ_F32 ? 4 : 2;
  const char *line = (const char *)a->rows[n + TTQ_PANEL] + width * first;
  for (const char *end = line + width * channels; line < end; line += 64)
    TTQ_UNROLL for (int r = 0; r < TTQ_PANEL; r++) _mm_prefetch(line + stride * (size_t)r, _MM_HINT_T1);
}

TTQ_INLINE __mmask16 quantize_panel(
  const ttq_quantize_args *a, size_t n, const panel_factors *factors, int bits, uint32_t element, uint8_t *packed
) {
  enum { NOT_FINITE = 0x99 };
  ttq_group512 groups[2];
  const size_t stride = ttq_stride512(a->rows + n);
  __m512 range = _mm512_setzero_ps(), magnitude = range;
  FOR_EACH_GROUP(first, channels) {
    const ttq_extremes512 e = scale_group(a, n, first, channels, stride, factors, element, n == 0, groups);
    range = _mm512_max_ps(_mm512_sub_ps(e.high, e.low), range);
    magnitude = _mm512_max_ps(_mm512_abs_ps(e.low), magnitude);
  }
  const panel_steps steps = steps_of(range, magnitude, bits);
  _mm512_stream_si512((__m512i *)packed, steps.head);
  packed += 64;

  // A group is packed after the next one is scaled, as in the kernels of the other layouts.
  const ttq_group512 *before = NULL;
  uint8_t *line = packed;
  __m256i sides = _mm256_setzero_si256();
  size_t j = 0;
  FOR_EACH_GROUP(first, channels) {
    ttq_group512 *group = groups + j % 2;
    fetch_next(a, n, first, channels, stride, element);
    const ttq_extremes512 e = scale_group(a, n, first, channels, stride, factors, element, 0, group);
    const __m256i side = round_group(group, e, &steps, bits);
    if (before) packed = ttq_group512_store_codes(before, bits, TTQ_LAYOUT_COMPACT16, packed);
    if (j % 2 == 0) line = packed, packed += 64;
    if (j % 2 == 1) _mm512_stream_si512((__m512i *)line, _mm512_inserti64x4(_mm512_castsi256_si512(sides), side, 1));
    sides = side;
    before = group;
    j++;
  }
  if (j % 2 == 1) _mm512_stream_si512((__m512i *)line, _mm512_zextsi256_si512(sides));
  ttq_group512_store_codes(before, bits, TTQ_LAYOUT_COMPACT16, packed);
  return _mm512_fpclass_ps_mask(steps.step[0], NOT_FINITE) | _mm512_fpclass_ps_mask(steps.step[1], NOT_FINITE);
}

TTQ_INLINE uint32_t quantize_panels(const ttq_quantize_args *a, int residual, int bits, uint32_t element) {
  const size_t row_bytes = ttq_compact_row_bytes(a->k, (size_t)bits, a->group);
  panel_factors factors = residual ? factors_of(a) : (panel_factors){0};
  __mmask16 bad = 0;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    if (residual) lay_out_b(&a->low_rank, factors.words, n, factors.b);
    bad |= quantize_panel(a, n, &factors, bits, element, a->packed + n * row_bytes);
  }
  _mm_sfence();
  return bad != 0;
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP);
  return a->low_rank.rank ? quantize_panels(a, 1, bits, element) : quantize_panels(a, 0, bits, element);
}

#define KERNEL_OF(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512_c16_q##bits(const ttq_quantize_args *a) { return quantize(a, bits, element); }
#define KERNELS(name, element) \
  KERNEL_OF(name, element, 2) KERNEL_OF(name, element, 3) KERNEL_OF(name, element, 4) KERNEL_OF(name, element, 5) \
  KERNEL_OF(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
