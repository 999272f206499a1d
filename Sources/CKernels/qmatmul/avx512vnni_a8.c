#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/panel512.h"

enum { MOST_PANELS = 2, MOST_TOKENS = 12 };
enum { AHEAD = 2048 };  // bytes between the weights in use and those being fetched

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

// For each group, codes are taken apart once and meet the tile's tokens: vpdpbusd adds to each lane (a row) the products of
// four codes, unsigned, and four activations, signed, broadcast from memory. 32-bit sums are exact: 128 * 255 * 127 < 2^23.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int panels, int tokens) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const size_t panel = ttq_panel_bytes(a->k, (size_t)bits, a->group);
  const uint8_t *w = ttq_panel(a, n);
  const int8_t *x = a->x_codes + t * kp;
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  __m512 y[MOST_PANELS][MOST_TOKENS];
  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[p][i] = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m512i dot[MOST_PANELS][MOST_TOKENS];
    TTQ_UNROLL for (int p = 0; p < panels; p++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[p][i] = _mm512_setzero_si512();

    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      TTQ_UNROLL for (int p = 0; p < panels; p++) ttq_fetch_ahead(w + (size_t)p * panel, AHEAD, bits);
      const int8_t *rows[MOST_TOKENS / 4];
      TTQ_UNROLL for (int i = 0; i < tokens; i += 4) {
        rows[i / 4] = x + (size_t)i * kp + k;
        TTQ_OPAQUE(rows[i / 4]);
      }
      TTQ_UNROLL for (int q = 0; q < 8; q++)
        TTQ_UNROLL for (int p = 0; p < panels; p++) {
          const __m512i codes = ttq_quad512(w + (size_t)p * panel, bits, q);
          TTQ_UNROLL for (int i = 0; i < tokens; i++) {
            const int32_t four = ttq_four_codes(rows[i / 4] + (size_t)(i % 4) * kp + 4 * (size_t)q);
            dot[p][i] = _mm512_dpbusd_epi32(dot[p][i], codes, _mm512_set1_epi32(four));
          }
        }
    }

    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      const __m512 scale = ttq_halves512(w + (size_t)p * panel), minimum = ttq_halves512(w + (size_t)p * panel + 32);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        const __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(x_scale[(size_t)i * groups + j]));
        y[p][i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[p][i]), both, y[p][i]);
        y[p][i] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x_sum[(size_t)i * groups + j]), y[p][i]);
      }
    }
    w += 64;
  }

  TTQ_UNROLL for (int p = 0; p < panels; p++) {
    const size_t first = n + TTQ_PANEL * (size_t)p;
    const __mmask16 rows = a->n - first >= 16 ? 0xffff : (__mmask16)((1u << (a->n - first)) - 1);
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      _mm512_mask_storeu_ps(a->y + (t + (size_t)i) * a->y_stride + first, rows, y[p][i]);
  }
}

#define KERNEL(bits, rows, tokens) \
  void ttq_qmatmul_a8_avx512vnni_r##rows##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    ttq_cover(a, bits, rows / TTQ_PANEL, tokens, 1, tile); \
  }
#define KERNELS(rows, tokens) \
  KERNEL(2, rows, tokens) KERNEL(3, rows, tokens) KERNEL(4, rows, tokens) KERNEL(5, rows, tokens) KERNEL(8, rows, tokens)

KERNELS(16, 1)
KERNELS(32, 1)
KERNELS(16, 4)
KERNELS(16, 12)
KERNELS(32, 8)

TTQ_REGION_END
#endif
