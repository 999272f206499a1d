#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side512.h"

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

// For each group, vpdpbusd adds to each lane (a row) the products of four codes, unsigned, and four activations, signed,
// broadcast from memory. 32-bit sums are exact: 128 * 255 * 127 < 2^23.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *w = ttq_layout_panel(a, n, layout), *side = w;
  const ttq_side512 steps = ttq_steps512(w, layout);
  w += ttq_head_bytes(layout);
  const int8_t *x = a->x_codes + t * kp;
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  __m512 y = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    ttq_side512_before(&w, &side, j, layout);
    __m512i even = _mm512_setzero_si512(), odd = even;  // two chains: one would wait for itself
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, a->fetch, bits);
      TTQ_UNROLL for (int q = 0; q < 8; q += 2) {
        const int8_t *four = x + k + 4 * (size_t)q;
        even = _mm512_dpbusd_epi32(even, ttq_quad512(w, bits, q), _mm512_set1_epi32(ttq_four_codes(four)));
        odd = _mm512_dpbusd_epi32(odd, ttq_quad512(w, bits, q + 1), _mm512_set1_epi32(ttq_four_codes(four + 4)));
      }
    }
    ttq_fetch_ahead(w, a->fetch, 1);
    ttq_side512_after(&w, &side, layout);
    const ttq_side512 group = ttq_side512_read(side, steps, layout);
    const __m512 dot = _mm512_cvtepi32_ps(_mm512_add_epi32(even, odd));
    y = _mm512_fmadd_ps(dot, _mm512_mul_ps(group.scale, _mm512_set1_ps(x_scale[j])), y);
    y = _mm512_fmadd_ps(group.minimum, _mm512_set1_ps(x_sum[j]), y);
  }
  ttq_store_rows512(a->y + t * a->y_stride, n, a->n, y);
}

#define TILE(name, layout) \
  TTQ_INLINE void name##_tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) { \
    (void)tokens; \
    tile(a, n, t, bits, layout); \
  }
TILE(r16, TTQ_LAYOUT_PANEL16)
TILE(c16, TTQ_LAYOUT_COMPACT16)

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx512vnni_r16x1_q##bits(const ttq_qmatmul_args *a) { ttq_cover(a, bits, 1, 1, r16_tile); } \
  void ttq_qmatmul_a8_avx512vnni_c16x1_q##bits(const ttq_qmatmul_args *a) { ttq_cover(a, bits, 1, 1, c16_tile); }
KERNEL(2)
KERNEL(3)
KERNEL(4)
KERNEL(5)
KERNEL(8)

TTQ_REGION_END
#endif
