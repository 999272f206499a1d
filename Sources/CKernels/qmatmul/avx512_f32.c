#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/panel512.h"

enum { MOST_PANELS = 2, MOST_TOKENS = 8 };
enum { AHEAD = 8192 };  // bytes between the weights in use and those being fetched

TTQ_REGION(TTQ_TARGET_AVX512)

// For each group, each code is widened once and meets the tile's tokens; scale and minimum are applied to the group's sums.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int panels, int tokens) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const size_t panel = ttq_panel_bytes(a->k, (size_t)bits, a->group);
  const uint8_t *w = ttq_panel(a, n);
  const float *x = a->x_values + t * kp, *x_sum = a->x_sum + t * groups;
  __m512 y[MOST_PANELS][MOST_TOKENS];
  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[p][i] = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
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

    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      const __m512 scale = ttq_halves512(w + (size_t)p * panel), minimum = ttq_halves512(w + (size_t)p * panel + 32);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        y[p][i] = _mm512_fmadd_ps(dot[p][i], scale, y[p][i]);
        y[p][i] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x_sum[(size_t)i * groups + j]), y[p][i]);
      }
    }
    w += 64;
  }

  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n + TTQ_PANEL * (size_t)p, a->n, y[p][i]);
}

#define KERNEL(bits, rows, tokens) \
  void ttq_qmatmul_f32_avx512_r##rows##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    ttq_cover(a, bits, rows / TTQ_PANEL, tokens, 4, tile); \
  }
#define KERNELS(rows, tokens) \
  KERNEL(2, rows, tokens) KERNEL(3, rows, tokens) KERNEL(4, rows, tokens) KERNEL(5, rows, tokens) KERNEL(8, rows, tokens)

KERNELS(16, 1)
KERNELS(16, 4)
KERNELS(16, 8)

TTQ_REGION_END
#endif
