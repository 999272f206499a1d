#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/panel256.h"

enum { HALVES = 2, MOST_TOKENS = 4 };

TTQ_REGION(TTQ_TARGET_AVX2)

// For each group, each code is widened once and meets the tile's tokens; scale and minimum are applied to the group's sums.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *w = ttq_panel(a, n);
  const float *x = a->x_values + t * kp, *x_sum = a->x_sum + t * groups;
  __m256 y[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[h][i] = _mm256_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m256 dot[HALVES][MOST_TOKENS];
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_ps();

    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, a->fetch, bits);
      TTQ_UNROLL for (int c = 0; c < TTQ_CHUNK; c++)
        TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
          const __m256 code = ttq_channel256(ttq_quad256(w, h, bits, c / 4), c % 4);
          TTQ_UNROLL for (int i = 0; i < tokens; i++)
            dot[h][i] = _mm256_fmadd_ps(code, _mm256_set1_ps(x[(size_t)i * kp + k + (size_t)c]), dot[h][i]);
        }
    }

    TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
      const __m256 scale = ttq_halves256(w, h), minimum = ttq_halves256(w + 32, h);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        y[h][i] = _mm256_fmadd_ps(dot[h][i], scale, y[h][i]);
        y[h][i] = _mm256_fmadd_ps(minimum, _mm256_set1_ps(x_sum[(size_t)i * groups + j]), y[h][i]);
      }
    }
    w += 64;
  }

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[h][i]);
}

#define KERNEL(bits, tokens) \
  void ttq_qmatmul_f32_avx2_r16x##tokens##_q##bits(const ttq_qmatmul_args *a) { ttq_cover(a, bits, tokens, 4, tile); }
#define KERNELS(tokens) KERNEL(2, tokens) KERNEL(3, tokens) KERNEL(4, tokens) KERNEL(5, tokens) KERNEL(8, tokens)

KERNELS(1)
KERNELS(4)

TTQ_REGION_END
#endif
