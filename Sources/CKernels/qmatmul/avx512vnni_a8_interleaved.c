#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side512.h"

enum { MOST_TOKENS = 8 };
enum { BLOCK_BYTES = 512 << 10 };  // interleaved activations that stay in L2 while all panels pass by

// A token's interleaved activations: its codes, and for each group a scale and a sum.
static inline size_t token_bytes(size_t k, size_t group) { return ttq_padded_k(k) + 8 * ttq_groups(k, group); }

size_t ttq_qmatmul_interleaved_floats(size_t k, size_t group) {
  const size_t tile = MOST_TOKENS * token_bytes(k, group);
  return (tile > BLOCK_BYTES ? tile : BLOCK_BYTES) / sizeof(float);
}

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

// Writes the activations of a tile as it reads them: for each group, four channels at a time, the four codes of every token;
// then the scale of every token, then the sum of every token. One stream in place of three for each token: rows of a long
// K lie a multiple of a page apart, would share their sets of the L1 cache and evict each other.
TTQ_INLINE void interleave(const ttq_qmatmul_args *a, size_t t, int tokens, uint8_t *to) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  for (size_t k = 0, j = 0; k < kp; j++) {
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK)
      TTQ_UNROLL for (int q = 0; q < 8; q++)
        TTQ_UNROLL for (int i = 0; i < tokens; i++, to += 4)
          memcpy(to, a->x_codes + (t + (size_t)i) * kp + k + 4 * (size_t)q, 4);
    TTQ_UNROLL for (int i = 0; i < tokens; i++, to += 4) memcpy(to, a->x_scale + (t + (size_t)i) * groups + j, 4);
    TTQ_UNROLL for (int i = 0; i < tokens; i++, to += 4) memcpy(to, a->x_sum + (t + (size_t)i) * groups + j, 4);
  }
}

// For each group, codes are taken apart once and meet the tile's tokens.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens, uint32_t layout, const uint8_t *x) {
  const size_t kp = ttq_padded_k(a->k);
  const uint8_t *w = ttq_layout_panel(a, n, layout), *side = w;
  const ttq_side512 steps = ttq_steps512(w, layout);
  w += ttq_head_bytes(layout);
  __m512 y[MOST_TOKENS];
  TTQ_UNROLL for (int i = 0; i < tokens; i++) y[i] = _mm512_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    ttq_side512_before(&w, &side, j, layout);
    __m512i dot[MOST_TOKENS];
    TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[i] = _mm512_setzero_si512();
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, a->fetch, bits);
      TTQ_UNROLL for (int q = 0; q < 8; q++, x += 4 * tokens) {
        const __m512i codes = ttq_quad512(w, bits, q);
        TTQ_UNROLL for (int i = 0; i < tokens; i++)
          dot[i] = _mm512_dpbusd_epi32(dot[i], codes, _mm512_set1_epi32(ttq_four_codes((const int8_t *)x + 4 * i)));
      }
    }
    ttq_fetch_ahead(w, a->fetch, 1);
    ttq_side512_after(&w, &side, layout);
    const ttq_side512 group = ttq_side512_read(side, steps, layout);
    const float *x_scale = (const float *)(const void *)x, *x_sum = x_scale + tokens;
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      const __m512 both = _mm512_mul_ps(group.scale, _mm512_set1_ps(x_scale[i]));
      y[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[i]), both, y[i]);
      y[i] = _mm512_fmadd_ps(group.minimum, _mm512_set1_ps(x_sum[i]), y[i]);
    }
    x += 8 * tokens;
  }

  TTQ_UNROLL for (int i = 0; i < tokens; i++)
    ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n, a->n, y[i]);
}

// Covers tokens t ..< end by full tiles, then ever smaller ones: interleaves them where n is `all`, else multiplies panel n.
TTQ_INLINE void cover_tokens(
  const ttq_qmatmul_args *a, size_t n, size_t t, size_t end, int bits, int tokens, uint32_t layout, uint8_t *x
) {
  const size_t bytes = token_bytes(a->k, a->group), all = SIZE_MAX;
#define TILES(size) \
  for (; t + size <= end; t += size, x += size * bytes) \
    if (n == all) interleave(a, t, size, x); \
    else tile(a, n, t, bits, size, layout, x);
  if (tokens == 8) { TILES(8) }
  TILES(4)
  TILES(2)
  TILES(1)
#undef TILES
}

TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits, int tokens, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  uint8_t *x = (uint8_t *)a->scratch;
  const size_t fits = BLOCK_BYTES / token_bytes(a->k, a->group) / MOST_TOKENS * MOST_TOKENS;
  const size_t block = fits > 0 ? fits : MOST_TOKENS;
  for (size_t t = 0; t < a->tokens; t += block) {
    const size_t end = t + block < a->tokens ? t + block : a->tokens;
    cover_tokens(a, SIZE_MAX, t, end, bits, tokens, layout, x);
    for (size_t n = 0; n < a->n; n += TTQ_PANEL) cover_tokens(a, n, t, end, bits, tokens, layout, x);
  }
}

#define KERNEL(bits, name, tokens, layout) \
  void ttq_qmatmul_a8_avx512vnni_##name##x##tokens##_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, tokens, layout); }
#define KERNELS(...) \
  KERNEL(2, __VA_ARGS__) KERNEL(3, __VA_ARGS__) KERNEL(4, __VA_ARGS__) KERNEL(5, __VA_ARGS__) KERNEL(8, __VA_ARGS__)

KERNELS(r16, 4, TTQ_LAYOUT_PANEL16)
KERNELS(r16, 8, TTQ_LAYOUT_PANEL16)
KERNELS(c16, 8, TTQ_LAYOUT_COMPACT16)

TTQ_REGION_END
#endif
