#include "quantize_rows.h"
#undef KERNEL

#if defined(__x86_64__)
#include <assert.h>
#include <string.h>

#include "group512.h"
#include "residual512.h"
#include "rows512.h"

TTQ_REGION(TTQ_TARGET_AVX512)

TTQ_INLINE void scale_chunk(
  ttq_group512 *g, const char *rows, size_t stride, const float *d, int count, uint32_t element, ttq_extremes512 *extremes
) {
  __m512i m[TTQ_CHUNK];
  ttq_load_chunk512(rows, stride, element, m);
  ttq_group512_scale(g, m, d, count, element, extremes);
}

// A group of rows that are no constant stride apart, or of which the last chunk is short: from a copy.
static __attribute__((noinline)) ttq_extremes512 scale_copy(
  ttq_group512 *g, const ttq_quantize_args *a, const void *const *rows, size_t first, size_t channels, uint32_t element
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  char copy[TTQ_PANEL][4 * TTQ_LONGEST_GROUP];
  float d[TTQ_LONGEST_GROUP] = {0};
  ttq_copy_rows512(rows, width * first, width * channels, copy);
  memcpy(d, a->d + first, sizeof *d * channels);
  ttq_extremes512 extremes = ttq_group512_begin(g);
  for (size_t k = 0; k < channels; k += TTQ_CHUNK) {
    const int count = channels - k < TTQ_CHUNK ? (int)(channels - k) : TTQ_CHUNK;
    const char *chunk = copy[0] + width * k;
    if (element == TTQ_BF16) scale_chunk(g, chunk, sizeof copy[0], d + k, count, TTQ_BF16, &extremes);
    else if (element == TTQ_F16) scale_chunk(g, chunk, sizeof copy[0], d + k, count, TTQ_F16, &extremes);
    else scale_chunk(g, chunk, sizeof copy[0], d + k, count, TTQ_F32, &extremes);
  }
  return extremes;
}

// Codes are written past the caches: they are read after the whole tensor is packed.
TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP);
  const size_t width = element == TTQ_F32 ? 4 : 2;
  ttq_group512 groups[2], *group = groups, *before = NULL;
  uint8_t *packed = a->packed;
  __mmask16 bad = 0;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    const void *const *panel = a->rows + n;
    const size_t stride = ttq_stride512(panel);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      ttq_extremes512 extremes;
      if (__builtin_expect(stride != 0 && channels % TTQ_CHUNK == 0, 1)) {
        extremes = ttq_group512_begin(group);
        for (size_t k = first; k < first + channels; k += TTQ_CHUNK) {
          for (size_t line = 0; line < TTQ_CHUNK * width; line += 64)
            ttq_fetch_rows512(a, n, TTQ_PANEL, width, width * k + line, stride);
          scale_chunk(group, (const char *)panel[0] + width * k, stride, a->d + k, TTQ_CHUNK, element, &extremes);
        }
      } else {
        extremes = scale_copy(group, a, panel, first, channels, element);
      }
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
