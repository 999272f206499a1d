#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "scale256.h"
#include "search256.h"

// quantize with a range search: a group is scaled, its ends are chosen, and it is packed.

TTQ_REGION(TTQ_TARGET_AVX2)

TTQ_INLINE uint32_t quantize_panels(const ttq_quantize_args *a, int residual, int bits, uint32_t element) {
  uint8_t *packed = a->packed;
  __m256 bad = _mm256_setzero_ps();
  __m256 values[2][TTQ_LONGEST_GROUP256];
  ttq_group256 group = {.v = {values[0], values[1]}};
  if (residual) ttq_lay_out_a256(a);
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    __m256 error[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
    if (residual) ttq_lay_out_b256(a, n);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      const float *weight = a->search.weight + first;
      ttq_extremes256 extremes[2];
      ttq_scale_group256(a, n, first, channels, residual, element, &group, extremes);
      for (int half = 0; half < 2; half++) {
        const __m256 least =
          ttq_search_range256(group.v[half], channels, extremes + half, weight, a->search.candidates, bits);
        error[half] = _mm256_add_ps(error[half], least);
        bad = _mm256_or_ps(bad, ttq_group256_range(&group, half, extremes[half], bits));
      }
      packed = ttq_group256_store(&group, bits, packed);
    }
    for (int half = 0; half < 2; half++) _mm256_storeu_ps(a->search.error + n + 8 * half, error[half]);
  }
  _mm_sfence();
  return _mm256_movemask_ps(bad) != 0;
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP256);
  assert(a->search.weight && a->search.error);
  return a->low_rank.rank ? quantize_panels(a, 1, bits, element) : quantize_panels(a, 0, bits, element);
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx2_r16_search_q##bits(const ttq_quantize_args *a) { return quantize(a, bits, element); }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
