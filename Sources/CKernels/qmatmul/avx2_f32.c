#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side256.h"

enum { HALVES = 2, MOST_TOKENS = 4 };

TTQ_REGION(TTQ_TARGET_AVX2)

// For each group, each code is widened once and meets the tile's tokens; scale and minimum are applied to the group's sums.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *panel = ttq_layout_panel(a, n, layout), *w = panel + ttq_head_bytes(layout), *side = w;
  const float *x = a->x_values + t * kp, *x_sum = a->x_sum + t * groups;
  __m256 y[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[h][i] = _mm256_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m256 dot[HALVES][MOST_TOKENS];
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_ps();

    const size_t chunks = ttq_chunks(a, k);
    side = ttq_begin_group256(&w, side, j, 64 * (size_t)bits * chunks, layout);
    for (size_t chunk = chunks; chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, a->fetch, bits);
      TTQ_UNROLL for (int c = 0; c < TTQ_CHUNK; c++)
        TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
          const __m256 code = ttq_channel256(ttq_quad256(w, h, bits, c / 4), c % 4);
          TTQ_UNROLL for (int i = 0; i < tokens; i++)
            dot[h][i] = _mm256_fmadd_ps(code, _mm256_set1_ps(x[(size_t)i * kp + k + (size_t)c]), dot[h][i]);
        }
    }

    TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
      const ttq_side256 group = ttq_side256_read(side, h, ttq_steps256(panel, h, layout), layout);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        y[h][i] = _mm256_fmadd_ps(dot[h][i], group.scale, y[h][i]);
        y[h][i] = _mm256_fmadd_ps(group.minimum, _mm256_set1_ps(x_sum[(size_t)i * groups + j]), y[h][i]);
      }
    }
    ttq_end_group256(&w, layout);
  }

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[h][i]);
}

#define TILE(name, layout) \
  TTQ_INLINE void name##_tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) { \
    tile(a, n, t, bits, tokens, layout); \
  }
TILE(r16, TTQ_LAYOUT_PANEL16)
TILE(c16, TTQ_LAYOUT_COMPACT16)

#define KERNEL_OF(name, bits, tokens) \
  void ttq_qmatmul_f32_avx2_##name##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    ttq_cover(a, bits, tokens, 4, name##_tile); \
  }
#define KERNEL(bits, tokens) KERNEL_OF(r16, bits, tokens) KERNEL_OF(c16, bits, tokens)
#define KERNELS(tokens) KERNEL(2, tokens) KERNEL(3, tokens) KERNEL(4, tokens) KERNEL(5, tokens) KERNEL(8, tokens)

KERNELS(1)
KERNELS(4)

TTQ_REGION_END
#endif
