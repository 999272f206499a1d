#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "group512.h"
#include "search512.h"

// quantize with a range search: a group is scaled, its ends are chosen, and it is packed.

TTQ_REGION(TTQ_TARGET_AVX512)
#include "products_f32.h"

#include "factors512.h"

#include "scale512.h"

TTQ_INLINE uint32_t quantize_panels(const ttq_quantize_args *a, int residual, int bits, uint32_t element, uint32_t layout) {
  panel_factors factors = residual ? factors_of(a) : (panel_factors){0};
  uint8_t *packed = a->packed;
  __mmask16 bad = 0;
  ttq_group512 group;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    const size_t stride = ttq_stride512(a->rows + n);
    __m512 error = _mm512_setzero_ps();
    if (residual) lay_out_b(&a->low_rank, factors.words, n, factors.b);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      ttq_extremes512 range = scale_group(a, n, first, channels, stride, &factors, element, 1, &group);
      const float *weight = a->search.weight + first;
      error = _mm512_add_ps(error, ttq_search_range512(&group, channels, &range, weight, a->search.candidates, bits));
      bad |= ttq_group512_range(&group, range, bits);
      if (a->search.candidates > 1) group.bounded = 0;  // values may lie beyond the chosen ends
      packed = ttq_group512_store(&group, bits, layout, packed);
    }
    _mm512_storeu_ps(a->search.error + n, error);
  }
  _mm_sfence();
  return bad != 0;
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP && a->search.weight && a->search.error);
  return a->low_rank.rank ? quantize_panels(a, 1, bits, element, layout) : quantize_panels(a, 0, bits, element, layout);
}

#define KERNEL_OF(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512_r16_search_q##bits(const ttq_quantize_args *a) { \
    return quantize(a, bits, element, TTQ_LAYOUT_PANEL16); \
  } \
  uint32_t ttq_quantize_##name##_avx512_planes16_search_q##bits(const ttq_quantize_args *a) { \
    return quantize(a, bits, element, TTQ_LAYOUT_PLANES16); \
  }
#define KERNELS(name, element) \
  KERNEL_OF(name, element, 2) KERNEL_OF(name, element, 3) KERNEL_OF(name, element, 4) KERNEL_OF(name, element, 5) \
  KERNEL_OF(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
