#include "quantize_rows.h"
#undef KERNEL

#if defined(__x86_64__)
#include <assert.h>

#include "group512.h"
#include "residual512.h"
#include "scale512.h"

TTQ_REGION(TTQ_TARGET_AVX512)

// Codes are written past the caches: they are read after the whole tensor is packed.
TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP);
  ttq_group512 groups[2], *group = groups, *before = NULL;
  uint8_t *packed = a->packed;
  __mmask16 bad = 0;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    const size_t stride = ttq_stride512(a->rows + n);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      const ttq_extremes512 extremes = ttq_scale_group512(a, n, first, channels, stride, element, 1, group);
      bad |= ttq_group512_range(group, extremes, bits);
      if (before) packed = ttq_group512_store(before, bits, layout, packed);
      before = group;
      group = group == groups ? groups + 1 : groups;
    }
  }
  if (before) ttq_group512_store(before, bits, layout, packed);
  return bad != 0;
}

TTQ_INLINE uint32_t quantize_any(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  const uint32_t bad = a->low_rank.rank ? quantize_residual(a, bits, element, layout) : quantize(a, bits, element, layout);
  _mm_sfence();
  return bad;
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512_r16_q##bits(const ttq_quantize_args *a) { \
    return quantize_any(a, bits, element, TTQ_LAYOUT_PANEL16); \
  } \
  uint32_t ttq_quantize_##name##_avx512_planes16_q##bits(const ttq_quantize_args *a) { \
    return quantize_any(a, bits, element, TTQ_LAYOUT_PLANES16); \
  }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
