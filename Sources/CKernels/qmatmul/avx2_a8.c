#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side256.h"

enum { HALVES = 2, MOST_TOKENS = 4, MOST_UNROLL = 4 };

TTQ_REGION(TTQ_TARGET_AVX2)

// The next group of a tile.
typedef struct {
  const uint8_t *w, *side;
  const int8_t *x;
  size_t k, j;
} group_place;

// Adds the products of a group to the sums of a tile, and moves on to the next one.
//
// vpmaddubsw adds two products of an unsigned code and a signed activation in 16 bits, saturating. Sums of a chunk stay exact
// there while they fit: 4 bits 16 * 15 * 127 = 30480; 5 bits 8 * 31 * 127 = 31496, so these are flushed to 32 bits after half a
// chunk. 8-bit codes go as two nibbles, high ones weighted 16 when they are flushed.
TTQ_INLINE void add_group(
  const ttq_qmatmul_args *a, size_t t, group_place *at, const ttq_side256 steps[HALVES], __m256 y[HALVES][MOST_TOKENS], int bits,
  int tokens, uint32_t layout
) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const int nibbles = bits == 8, flush = bits == 5 ? 4 : 8;
  const __m256i one = _mm256_set1_epi16(1), sixteen = _mm256_set1_epi16(16), nibble = _mm256_set1_epi8(15);
  const float *x_scale = a->x_scale + t * groups + at->j, *x_sum = a->x_sum + t * groups + at->j;
  __m256i dot[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_si256();

  const size_t chunks = ttq_chunks(a, at->k);
  at->side = ttq_begin_group256(&at->w, at->side, at->j, 64 * (size_t)bits * chunks, layout);
  for (size_t chunk = chunks; chunk > 0; chunk--, at->k += TTQ_CHUNK, at->w += 64 * bits) {
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
    const ttq_side256 group = ttq_side256_read(at->side, h, steps[h], layout);
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      const __m256 both = _mm256_mul_ps(group.scale, _mm256_set1_ps(x_scale[(size_t)i * groups]));
      y[h][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[h][i]), both, y[h][i]);
      y[h][i] = _mm256_fmadd_ps(group.minimum, _mm256_set1_ps(x_sum[(size_t)i * groups]), y[h][i]);
    }
  }
  ttq_end_group256(&at->w, layout);
  at->j++;
}

// A panel times `tokens` tokens; groups that one pass takes have sums of their own, which do not wait for each other.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens, int unroll, uint32_t layout) {
  const size_t groups = ttq_groups(a->k, a->group);
  const uint8_t *panel = ttq_layout_panel(a, n, layout), *first = panel + ttq_head_bytes(layout);
  group_place at = {first, first, a->x_codes + t * ttq_padded_k(a->k), 0, 0};
  ttq_side256 steps[HALVES];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++) steps[h] = ttq_steps256(panel, h, layout);
  __m256 y[MOST_UNROLL][HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int u = 0; u < unroll; u++)
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) y[u][h][i] = _mm256_setzero_ps();

  while (at.j + (size_t)unroll <= groups)
    TTQ_UNROLL for (int u = 0; u < unroll; u++) add_group(a, t, &at, steps, y[u], bits, tokens, layout);
  if (unroll > 1) while (at.j < groups) add_group(a, t, &at, steps, y[0], bits, tokens, layout);

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      TTQ_UNROLL for (int u = 1; u < unroll; u++) y[0][h][i] = _mm256_add_ps(y[0][h][i], y[u][h][i]);
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[0][h][i]);
    }
}

#define TILE(name, unroll, layout) \
  TTQ_INLINE void name##_u##unroll(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) { \
    tile(a, n, t, bits, tokens, unroll, layout); \
  }
#define TILES(name, layout) TILE(name, 1, layout) TILE(name, 2, layout) TILE(name, 4, layout)
TILES(r16, TTQ_LAYOUT_PANEL16)
TILES(c16, TTQ_LAYOUT_COMPACT16)

// `most` is as many groups as one pass takes at most with so many tokens; a kernel passes it as a constant.
TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits, int tokens, int most, ttq_tile u1, ttq_tile u2, ttq_tile u4) {
  if (most >= 4 && a->unroll >= 4) ttq_cover(a, bits, tokens, 1, u4);
  else if (most >= 2 && a->unroll >= 2) ttq_cover(a, bits, tokens, 1, u2);
  else ttq_cover(a, bits, tokens, 1, u1);
}

#define KERNEL(name, tokens, most, bits) \
  void ttq_qmatmul_a8_avx2_##name##x##tokens##_q##bits(const ttq_qmatmul_args *a) { \
    cover(a, bits, tokens, most, name##_u1, name##_u2, name##_u4); \
  }
#define KERNELS(name, tokens, most) \
  KERNEL(name, tokens, most, 2) KERNEL(name, tokens, most, 3) KERNEL(name, tokens, most, 4) KERNEL(name, tokens, most, 5) \
  KERNEL(name, tokens, most, 8)
KERNELS(r16, 1, 4)
KERNELS(r16, 2, 2)
KERNELS(r16, 4, 1)
KERNELS(c16, 1, 4)
KERNELS(c16, 2, 2)
KERNELS(c16, 4, 1)

TTQ_REGION_END
#endif
