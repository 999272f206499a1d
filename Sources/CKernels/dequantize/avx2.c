#include "dequantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>

#include "../x86/side256.h"
#include "../x86/transpose.h"

TTQ_REGION(TTQ_TARGET_AVX2)

// Writes 8 channels from channel k on, taken from two quads of half a panel, to the rows below `rows`.
TTQ_INLINE void eight_channels(
  const ttq_dequantize_args *a, const uint8_t *chunk, int half, int bits, int quad, size_t k, float *w, size_t rows,
  __m256 scale, __m256 minimum
) {
  __m256i m[8];
  TTQ_UNROLL for (int c = 0; c < 8; c++) {
    const __m256 code = ttq_channel256(ttq_quad256(chunk, half, bits, quad + c / 4), c % 4);
    m[c] = _mm256_castps_si256(_mm256_add_ps(_mm256_mul_ps(code, scale), minimum));
  }
  ttq_transpose256(m);
  const __m256i valid = ttq_lanes256(a->k - k);
  TTQ_UNROLL for (size_t r = 0; r < 8; r++)
    if (r < rows) _mm256_maskstore_epi32((int *)(w + r * a->w_stride + k), valid, m[r]);
}

TTQ_INLINE void half_chunk(
  const ttq_dequantize_args *a, const uint8_t *chunk, ttq_side256 group, int half, int bits, size_t k, float *w, size_t rows
) {
  TTQ_UNROLL for (int quad = 0; quad < 8; quad += 2) {
    const size_t first = k + 4 * (size_t)quad;
    if (first < a->k) eight_channels(a, chunk, half, bits, quad, first, w, rows, group.scale, group.minimum);
  }
}

TTQ_INLINE void dequantize(const ttq_dequantize_args *a, int bits, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->group % TTQ_CHUNK == 0 && a->w_stride >= a->k);
  const uint8_t *packed = a->packed, *side = packed;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    float *w = a->w + n * a->w_stride;
    const size_t rows = a->n - n;
    const uint8_t *panel = packed;
    packed += ttq_head_bytes(layout);
    for (size_t k = 0, j = 0; k < a->k; j++) {
      const size_t end = k + a->group < a->k ? k + a->group : a->k, chunks = (end - k + TTQ_CHUNK - 1) / TTQ_CHUNK;
      side = ttq_begin_group256(&packed, side, j, 64 * (size_t)bits * chunks, layout);
      ttq_side256 group[2];
      TTQ_UNROLL for (int h = 0; h < 2; h++) group[h] = ttq_side256_read(side, h, ttq_steps256(panel, h, layout), layout);
      for (; k < end; packed += 64 * bits, k += TTQ_CHUNK) {
        half_chunk(a, packed, group[0], 0, bits, k, w, rows);
        if (rows > 8) half_chunk(a, packed, group[1], 1, bits, k, w + 8 * a->w_stride, rows - 8);
      }
      ttq_end_group256(&packed, layout);
    }
  }
}

#define KERNEL(bits) \
  void ttq_dequantize_avx2_r16_q##bits(const ttq_dequantize_args *a) { dequantize(a, bits, TTQ_LAYOUT_PANEL16); } \
  void ttq_dequantize_avx2_c16_q##bits(const ttq_dequantize_args *a) { dequantize(a, bits, TTQ_LAYOUT_COMPACT16); }

KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(8)

TTQ_REGION_END
#endif
