#include "dequantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "../x86/side512.h"
#include "../x86/transpose.h"

TTQ_REGION(TTQ_TARGET_AVX512)

// Writes 16 channels from channel k on, taken from four quads, to the rows below `rows`.
TTQ_INLINE void sixteen_channels(
  const ttq_dequantize_args *a, const uint8_t *chunk, int bits, int quad, size_t k, float *w, size_t rows, __m512 scale,
  __m512 minimum
) {
  __m512i m[16];
  TTQ_UNROLL for (int c = 0; c < 16; c++) {
    const __m512 code = ttq_channel512(ttq_quad512(chunk, bits, quad + c / 4), c % 4);
    m[c] = _mm512_castps_si512(_mm512_add_ps(_mm512_mul_ps(code, scale), minimum));
  }
  ttq_transpose512(m);
  const __mmask16 valid = a->k - k >= 16 ? 0xffff : (__mmask16)((1u << (a->k - k)) - 1);
  TTQ_UNROLL for (size_t r = 0; r < 16; r++)
    if (r < rows) _mm512_mask_storeu_epi32(w + r * a->w_stride + k, valid, m[r]);
}

TTQ_INLINE void dequantize(const ttq_dequantize_args *a, int bits, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->group % TTQ_CHUNK == 0 && a->w_stride >= a->k);
  const uint8_t *packed = a->packed, *side = packed;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    float *w = a->w + n * a->w_stride;
    const ttq_side512 steps = ttq_steps512(packed, layout);
    packed += ttq_head_bytes(layout);
    for (size_t k = 0, j = 0; k < a->k; j++) {
      const size_t end = k + a->group < a->k ? k + a->group : a->k;
      ttq_side512_before(&packed, &side, j, layout);
      const uint8_t *chunk = packed, *codes_end = packed + 64 * (size_t)bits * ((end - k + TTQ_CHUNK - 1) / TTQ_CHUNK);
      packed = codes_end;
      ttq_side512_after(&packed, &side, layout);
      const ttq_side512 group = ttq_side512_read(side, steps, layout);
      for (; chunk < codes_end; chunk += 64 * bits, k += TTQ_CHUNK) {
        sixteen_channels(a, chunk, bits, 0, k, w, a->n - n, group.scale, group.minimum);
        if (a->k - k > 16) sixteen_channels(a, chunk, bits, 4, k + 16, w, a->n - n, group.scale, group.minimum);
      }
    }
  }
}

#define KERNEL(bits) \
  void ttq_dequantize_avx512_r16_q##bits(const ttq_dequantize_args *a) { dequantize(a, bits, TTQ_LAYOUT_PANEL16); } \
  void ttq_dequantize_avx512_c16_q##bits(const ttq_dequantize_args *a) { dequantize(a, bits, TTQ_LAYOUT_COMPACT16); }

KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(8)

TTQ_REGION_END
#endif
