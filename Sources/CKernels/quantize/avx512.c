#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "group512.h"

TTQ_REGION(TTQ_TARGET_AVX512)

// Codes are written past the caches: they are read after the whole tensor is packed. Rows shorter than a page end before the
// hardware follows all sixteen; for these the next panel is fetched into L2 meanwhile.
TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= LONGEST_GROUP);
  const int fetch = a->k * (element == TTQ_F32 ? 4 : 2) < 4096;
  uint8_t *packed = a->packed;
  __mmask16 bad = 0;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    const void *const *rows = a->rows + n, *const *next = fetch && n + TTQ_PANEL < a->n ? rows + TTQ_PANEL : NULL;
    for (size_t k = 0; k < a->k; k += a->group) {
      const size_t end = k + a->group < a->k ? k + a->group : a->k;
      bad |= quantize_group(load_chunk, rows, next, a->d, k, end, bits, element, &packed);
    }
  }
  _mm_sfence();
  return bad != 0;
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512_r16_q##bits(const ttq_quantize_args *a) { return quantize(a, bits, element); }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
