#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "scale256.h"

// quantize into layout panel16, panel after panel. A group is packed after the next one is scaled.

TTQ_REGION(TTQ_TARGET_AVX2)

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int residual, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP256);
  __m256 values[2][2][TTQ_LONGEST_GROUP256];
  ttq_group256 groups[2] = {{.v = {values[0][0], values[0][1]}}, {.v = {values[1][0], values[1][1]}}};
  ttq_group256 *group = groups, *before = NULL;
  uint8_t *packed = a->packed;
  __m256 bad = _mm256_setzero_ps();
  if (residual) ttq_lay_out_a256(a);
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    if (residual) ttq_lay_out_b256(a, n);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      ttq_extremes256 extremes[2];
      ttq_scale_group256(a, n, first, channels, residual, element, group, extremes);
      for (int half = 0; half < 2; half++)
        bad = _mm256_or_ps(bad, ttq_group256_range(group, half, extremes[half], bits));
      if (before) packed = ttq_group256_store(before, bits, packed);
      before = group;
      group = group == groups ? groups + 1 : groups;
    }
  }
  if (before) ttq_group256_store(before, bits, packed);
  _mm_sfence();
  return _mm256_movemask_ps(bad) != 0;
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx2_r16_q##bits(const ttq_quantize_args *a) { \
    return a->low_rank.rank ? quantize(a, 1, bits, element) : quantize(a, 0, bits, element); \
  }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
