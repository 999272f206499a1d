#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side512.h"

enum { MOST_PANELS = 2, MOST_TOKENS = 8 };
enum { AHEAD = 8192 };  // bytes between the weights in use and those being fetched

TTQ_REGION(TTQ_TARGET_AVX512)

// For each group, each code is widened once and meets the tile's tokens; scale and minimum are applied to the group's sums.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int panels, int tokens, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const size_t panel = ttq_layout_panel_bytes(layout, a->k, (size_t)bits, a->group);
  const uint8_t *w = ttq_layout_panel(a, n, layout), *side = w;
  ttq_side512 steps[MOST_PANELS];
  TTQ_UNROLL for (int p = 0; p < panels; p++) steps[p] = ttq_steps512(w + (size_t)p * panel, layout);
  w += ttq_head_bytes(layout);
  const float *x = a->x_values + t * kp, *x_sum = a->x_sum + t * groups;
  __m512 y[MOST_PANELS][MOST_TOKENS];
  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[p][i] = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    ttq_side512_before(&w, &side, j, layout);
    __m512 dot[MOST_PANELS][MOST_TOKENS];
    TTQ_UNROLL for (int p = 0; p < panels; p++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[p][i] = _mm512_setzero_ps();

    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      TTQ_UNROLL for (int p = 0; p < panels; p++) ttq_fetch_ahead(w + (size_t)p * panel, AHEAD, bits);
      TTQ_UNROLL for (int c = 0; c < TTQ_CHUNK; c++)
        TTQ_UNROLL for (int p = 0; p < panels; p++) {
          const __m512 code = ttq_channel512(ttq_quad512(w + (size_t)p * panel, bits, c / 4), c % 4);
          TTQ_UNROLL for (int i = 0; i < tokens; i++)
            dot[p][i] = _mm512_fmadd_ps(code, _mm512_set1_ps(x[(size_t)i * kp + k + (size_t)c]), dot[p][i]);
        }
    }

    ttq_side512_after(&w, &side, layout);
    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      const ttq_side512 group = ttq_side512_read(side + (size_t)p * panel, steps[p], layout);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        y[p][i] = _mm512_fmadd_ps(dot[p][i], group.scale, y[p][i]);
        y[p][i] = _mm512_fmadd_ps(group.minimum, _mm512_set1_ps(x_sum[(size_t)i * groups + j]), y[p][i]);
      }
    }
  }

  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n + TTQ_PANEL * (size_t)p, a->n, y[p][i]);
}

#define TILE(name, layout) \
  TTQ_INLINE void name##_tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int panels, int tokens) { \
    tile(a, n, t, bits, panels, tokens, layout); \
  }
TILE(r, TTQ_LAYOUT_PANEL16)
TILE(c, TTQ_LAYOUT_COMPACT16)

#define KERNEL_OF(name, bits, rows, tokens) \
  void ttq_qmatmul_f32_avx512_##name##rows##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    ttq_cover(a, bits, rows / TTQ_PANEL, tokens, 4, name##_tile); \
  }
#define KERNEL(bits, rows, tokens) KERNEL_OF(r, bits, rows, tokens) KERNEL_OF(c, bits, rows, tokens)
#define KERNELS(rows, tokens) \
  KERNEL(2, rows, tokens) KERNEL(3, rows, tokens) KERNEL(4, rows, tokens) KERNEL(5, rows, tokens) KERNEL(8, rows, tokens)

KERNELS(16, 1)
KERNELS(16, 4)
KERNELS(16, 8)

TTQ_REGION_END
#endif
