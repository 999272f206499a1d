#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/panel256.h"

enum { HALVES = 2, MOST_TOKENS = 4, MOST_UNROLL = 4 };

TTQ_REGION(TTQ_TARGET_AVX2)

// The next group of a tile.
typedef struct {
  const uint8_t *w;
  const int8_t *x;
  size_t k, j;
} group_place;

// Adds the products of a group to the sums of a tile, and moves on to the next one.
//
// vpmaddubsw adds two products of an unsigned code and a signed activation in 16 bits, saturating. Sums of a chunk stay exact
// there while they fit: 4 bits 16 * 15 * 127 = 30480; 5 bits 8 * 31 * 127 = 31496, so these are flushed to 32 bits after half a
// chunk. 8-bit codes go as two nibbles, high ones weighted 16 when they are flushed.
TTQ_INLINE void add_group(
  const ttq_qmatmul_args *a, size_t t, group_place *at, __m256 y[HALVES][MOST_TOKENS], int bits, int tokens
) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const int nibbles = bits == 8, flush = bits == 5 ? 4 : 8;
  const __m256i one = _mm256_set1_epi16(1), sixteen = _mm256_set1_epi16(16), nibble = _mm256_set1_epi8(15);
  const float *x_scale = a->x_scale + t * groups + at->j, *x_sum = a->x_sum + t * groups + at->j;
  __m256i dot[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_si256();

  for (size_t chunk = ttq_chunks(a, at->k); chunk > 0; chunk--, at->k += TTQ_CHUNK, at->w += 64 * bits) {
    ttq_fetch_ahead(at->w, a->fetch, bits);
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int begin = 0; begin < 8; begin += flush) {
        __m256i low[MOST_TOKENS], high[MOST_TOKENS];
        TTQ_UNROLL for (int i = 0; i < tokens; i++) low[i] = high[i] = _mm256_setzero_si256();
        TTQ_UNROLL for (int q = begin; q < begin + flush; q++) {
          const __m256i codes = ttq_quad256(at->w, h, bits, q);
          const __m256i first = nibbles ? _mm256_and_si256(codes, nibble) : codes;
          const __m256i second = _mm256_and_si256(_mm256_srli_epi32(codes, 4), nibble);
          TTQ_UNROLL for (int i = 0; i < tokens; i++) {
            const __m256i four = _mm256_set1_epi32(ttq_four_codes(at->x + (size_t)i * kp + at->k + 4 * (size_t)q));
            low[i] = _mm256_add_epi16(low[i], _mm256_maddubs_epi16(first, four));
            if (nibbles) high[i] = _mm256_add_epi16(high[i], _mm256_maddubs_epi16(second, four));
          }
        }
        TTQ_UNROLL for (int i = 0; i < tokens; i++) {
          dot[h][i] = _mm256_add_epi32(dot[h][i], _mm256_madd_epi16(low[i], one));
          if (nibbles) dot[h][i] = _mm256_add_epi32(dot[h][i], _mm256_madd_epi16(high[i], sixteen));
        }
      }
  }

  TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
    const __m256 scale = ttq_halves256(at->w, h), minimum = ttq_halves256(at->w + 32, h);
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      const __m256 both = _mm256_mul_ps(scale, _mm256_set1_ps(x_scale[(size_t)i * groups]));
      y[h][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[h][i]), both, y[h][i]);
      y[h][i] = _mm256_fmadd_ps(minimum, _mm256_set1_ps(x_sum[(size_t)i * groups]), y[h][i]);
    }
  }
  at->w += 64;
  at->j++;
}

// A panel times `tokens` tokens; groups that one pass takes have sums of their own, which do not wait for each other.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens, int unroll) {
  const size_t groups = ttq_groups(a->k, a->group);
  group_place at = {ttq_panel(a, n), a->x_codes + t * ttq_padded_k(a->k), 0, 0};
  __m256 y[MOST_UNROLL][HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int u = 0; u < unroll; u++)
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) y[u][h][i] = _mm256_setzero_ps();

  while (at.j + (size_t)unroll <= groups)
    TTQ_UNROLL for (int u = 0; u < unroll; u++) add_group(a, t, &at, y[u], bits, tokens);
  if (unroll > 1) while (at.j < groups) add_group(a, t, &at, y[0], bits, tokens);

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      TTQ_UNROLL for (int u = 1; u < unroll; u++) y[0][h][i] = _mm256_add_ps(y[0][h][i], y[u][h][i]);
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[0][h][i]);
    }
}

#define TILE(unroll) \
  TTQ_INLINE void tile_u##unroll(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) { \
    tile(a, n, t, bits, tokens, unroll); \
  }
TILE(1)
TILE(2)
TILE(4)

#define KERNELS(name) \
  void ttq_qmatmul_a8_avx2_##name##_q2(const ttq_qmatmul_args *a) { cover_##name(a, 2); } \
  void ttq_qmatmul_a8_avx2_##name##_q3(const ttq_qmatmul_args *a) { cover_##name(a, 3); } \
  void ttq_qmatmul_a8_avx2_##name##_q4(const ttq_qmatmul_args *a) { cover_##name(a, 4); } \
  void ttq_qmatmul_a8_avx2_##name##_q5(const ttq_qmatmul_args *a) { cover_##name(a, 5); } \
  void ttq_qmatmul_a8_avx2_##name##_q8(const ttq_qmatmul_args *a) { cover_##name(a, 8); }

TTQ_INLINE void cover_r16x1(const ttq_qmatmul_args *a, int bits) {
  if (a->unroll >= 4) ttq_cover(a, bits, 1, 1, tile_u4);
  else if (a->unroll >= 2) ttq_cover(a, bits, 1, 1, tile_u2);
  else ttq_cover(a, bits, 1, 1, tile_u1);
}
KERNELS(r16x1)

TTQ_INLINE void cover_r16x2(const ttq_qmatmul_args *a, int bits) {
  if (a->unroll >= 2) ttq_cover(a, bits, 2, 1, tile_u2);
  else ttq_cover(a, bits, 2, 1, tile_u1);
}
KERNELS(r16x2)

TTQ_INLINE void cover_r16x4(const ttq_qmatmul_args *a, int bits) { ttq_cover(a, bits, 4, 1, tile_u1); }
KERNELS(r16x4)

TTQ_REGION_END
#endif
