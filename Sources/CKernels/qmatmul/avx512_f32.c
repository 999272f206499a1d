#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side512.h"

enum { MOST_TOKENS = 8 };

TTQ_REGION(TTQ_TARGET_AVX512)

// For each group, each code is widened once and meets the tile's tokens; scale and minimum are applied to the group's sums.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *w = ttq_layout_panel(a, n, layout), *side = w;
  const ttq_side512 steps = ttq_steps512(w, layout);
  w += ttq_head_bytes(layout);
  const float *x = a->x_values + t * kp, *x_sum = a->x_sum + t * groups;
  __m512 y[MOST_TOKENS];
  TTQ_UNROLL for (int i = 0; i < tokens; i++) y[i] = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    ttq_side512_before(&w, &side, j, layout);
    __m512 dot[MOST_TOKENS];
    TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[i] = _mm512_setzero_ps();

    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, a->fetch, bits);
      TTQ_UNROLL for (int c = 0; c < TTQ_CHUNK; c++) {
        const __m512 code = ttq_channel512(ttq_quad512(w, bits, c / 4), c % 4);
        TTQ_UNROLL for (int i = 0; i < tokens; i++)
          dot[i] = _mm512_fmadd_ps(code, _mm512_set1_ps(x[(size_t)i * kp + k + (size_t)c]), dot[i]);
      }
    }

    ttq_side512_after(&w, &side, layout);
    const ttq_side512 group = ttq_side512_read(side, steps, layout);
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      y[i] = _mm512_fmadd_ps(dot[i], group.scale, y[i]);
      y[i] = _mm512_fmadd_ps(group.minimum, _mm512_set1_ps(x_sum[(size_t)i * groups + j]), y[i]);
    }
  }

  TTQ_UNROLL for (int i = 0; i < tokens; i++) ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n, a->n, y[i]);
}

#define TILE(name, layout) \
  TTQ_INLINE void name##_tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) { \
    tile(a, n, t, bits, tokens, layout); \
  }
TILE(r16, TTQ_LAYOUT_PANEL16)
TILE(c16, TTQ_LAYOUT_COMPACT16)

#define KERNEL_OF(name, bits, tokens) \
  void ttq_qmatmul_f32_avx512_##name##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    ttq_cover(a, bits, tokens, 4, name##_tile); \
  }
#define KERNEL(bits, tokens) KERNEL_OF(r16, bits, tokens) KERNEL_OF(c16, bits, tokens)
#define KERNELS(tokens) KERNEL(2, tokens) KERNEL(3, tokens) KERNEL(4, tokens) KERNEL(5, tokens) KERNEL(8, tokens)

KERNELS(1)
KERNELS(4)
KERNELS(8)

TTQ_REGION_END
#endif
