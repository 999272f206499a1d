#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side256.h"

enum { HALVES = 2, MOST_TOKENS = 3 };

// An unpacked panel: for each group its quads, one vector for each half, then scales and minima in f32.
size_t ttq_qmatmul_unpacked256_floats(size_t k, size_t group) {
  return TTQ_PANEL * ttq_padded_k(k) / sizeof(float) + 2 * TTQ_PANEL * ttq_groups(k, group);
}

TTQ_REGION(TTQ_TARGET_AVX2)

// Takes the panel of row n apart, so that a tile has nothing left to do but to multiply.
TTQ_INLINE void unpack(const ttq_qmatmul_args *a, size_t n, int bits, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), panel = ttq_layout_panel_bytes(layout, a->k, (size_t)bits, a->group);
  const uint8_t *head = ttq_layout_panel(a, n, layout), *w = head + ttq_head_bytes(layout), *side = w;
  uint8_t *to = (uint8_t *)a->scratch;
  for (size_t k = 0, j = 0; k < kp; j++) {
    const size_t chunks = ttq_chunks(a, k);
    side = ttq_begin_group256(&w, side, j, 64 * (size_t)bits * chunks, layout);
    for (size_t chunk = chunks; chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, panel, bits);
      TTQ_UNROLL for (int q = 0; q < 8; q++)
        TTQ_UNROLL for (int h = 0; h < HALVES; h++, to += 32)
          _mm256_store_si256((__m256i *)(void *)to, ttq_quad256(w, h, bits, q));
    }
    float *sides = (float *)(void *)to;
    TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
      const ttq_side256 group = ttq_side256_read(side, h, ttq_steps256(head, h, layout), layout);
      _mm256_store_ps(sides + 8 * h, group.scale);
      _mm256_store_ps(sides + TTQ_PANEL + 8 * h, group.minimum);
    }
    to += 128;
    ttq_end_group256(&w, layout);
  }
}

// vpmaddubsw adds pairs of products in 16 bits. They hold the sums of `flush` quads: 8 * 2 * 15 * 127 and 4 * 2 * 31 * 127 are
// below 2^15; vpmaddwd then adds the pairs of lanes.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int flush, int tokens) {
  const __m256i one = _mm256_set1_epi16(1);
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *w = (const uint8_t *)a->scratch;
  const int8_t *x = a->x_codes + t * kp;
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  __m256 y[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      y[h][i] = _mm256_setzero_ps();
      __builtin_prefetch(a->y + (t + (size_t)i) * a->y_stride + n, 1, 3);
    }

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m256i dot[HALVES][MOST_TOKENS];
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_si256();
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK)
      TTQ_UNROLL for (int begin = 0; begin < 8; begin += flush) {
        __m256i sum[HALVES][MOST_TOKENS];
        TTQ_UNROLL for (int q = begin; q < begin + flush; q++, w += 32 * HALVES)
          TTQ_UNROLL for (int i = 0; i < tokens; i++) {
            const __m256i four = _mm256_set1_epi32(ttq_four_codes(x + (size_t)i * kp + k + 4 * (size_t)q));
            TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
              const __m256i codes = _mm256_load_si256((const __m256i *)(const void *)(w + 32 * h));
              const __m256i product = _mm256_maddubs_epi16(codes, four);
              sum[h][i] = q == begin ? product : _mm256_add_epi16(sum[h][i], product);
            }
          }
        TTQ_UNROLL for (int i = 0; i < tokens; i++)
          TTQ_UNROLL for (int h = 0; h < HALVES; h++)
            dot[h][i] = _mm256_add_epi32(dot[h][i], _mm256_madd_epi16(sum[h][i], one));
      }

    const float *scale = (const float *)(const void *)w, *minimum = scale + TTQ_PANEL;
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
        const __m256 both = _mm256_mul_ps(_mm256_load_ps(scale + 8 * h), _mm256_set1_ps(x_scale[(size_t)i * groups + j]));
        y[h][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[h][i]), both, y[h][i]);
        y[h][i] = _mm256_fmadd_ps(_mm256_load_ps(minimum + 8 * h), _mm256_set1_ps(x_sum[(size_t)i * groups + j]), y[h][i]);
      }
    w += 128;
  }

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[h][i]);
}

TTQ_INLINE void cover_tokens(const ttq_qmatmul_args *a, size_t n, int flush) {
  size_t t = 0;
  for (; t + 3 <= a->tokens; t += 3) tile(a, n, t, flush, 3);
  if (t + 2 == a->tokens) tile(a, n, t, flush, 2);
  if (t + 1 == a->tokens) tile(a, n, t, flush, 1);
}
static void cover_flushing_8(const ttq_qmatmul_args *a, size_t n) { cover_tokens(a, n, 8); }
static void cover_flushing_4(const ttq_qmatmul_args *a, size_t n) { cover_tokens(a, n, 4); }

TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    unpack(a, n, bits, layout);
    if (bits < 5) cover_flushing_8(a, n);
    else cover_flushing_4(a, n);
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx2_r16x3_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_PANEL16); } \
  void ttq_qmatmul_a8_avx2_c16x3_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_COMPACT16); }
KERNEL(2)
KERNEL(3)
KERNEL(4)
KERNEL(5)

TTQ_REGION_END
#endif
