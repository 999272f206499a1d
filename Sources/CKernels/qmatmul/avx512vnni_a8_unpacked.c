#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side512.h"

enum { MOST_PANELS = 2, MOST_TOKENS = 6 };

// Two unpacked panels: for each group its quads, one vector a panel, then the scales and minima of each panel in f32.
size_t ttq_qmatmul_unpacked512_floats(size_t k, size_t group) {
  return MOST_PANELS * (TTQ_PANEL * ttq_padded_k(k) / sizeof(float) + 2 * TTQ_PANEL * ttq_groups(k, group));
}

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

// Takes `panels` panels from row n on apart, so that a tile has nothing left to do but to multiply, whatever the bits.
TTQ_INLINE void unpack(const ttq_qmatmul_args *a, size_t n, int bits, int panels, uint32_t layout) {
  const size_t kp = ttq_padded_k(a->k), panel = ttq_layout_panel_bytes(layout, a->k, (size_t)bits, a->group);
  const uint8_t *w = ttq_layout_panel(a, n, layout), *side = w;
  ttq_side512 steps[MOST_PANELS];
  TTQ_UNROLL for (int p = 0; p < panels; p++) steps[p] = ttq_steps512(w + (size_t)p * panel, layout);
  w += ttq_head_bytes(layout);
  uint8_t *to = (uint8_t *)a->scratch;
  for (size_t k = 0, j = 0; k < kp; j++) {
    ttq_side512_before(&w, &side, j, layout);
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      TTQ_UNROLL for (int p = 0; p < panels; p++) ttq_fetch_ahead(w + (size_t)p * panel, (size_t)panels * panel, bits);
      TTQ_UNROLL for (int q = 0; q < 8; q++)
        TTQ_UNROLL for (int p = 0; p < panels; p++, to += 64)
          _mm512_store_si512(to, ttq_quad512(w + (size_t)p * panel, bits, q));
    }
    ttq_side512_after(&w, &side, layout);
    TTQ_UNROLL for (int p = 0; p < panels; p++, to += 128) {
      const ttq_side512 group = ttq_side512_read(side + (size_t)p * panel, steps[p], layout);
      _mm512_store_ps(to, group.scale);
      _mm512_store_ps(to + 64, group.minimum);
    }
  }
}

// Rows n ... of the unpacked panels times tokens t ... . Each quad of activations is broadcast once for all panels.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int panels, int tokens) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const uint8_t *w = (const uint8_t *)a->scratch;
  const int8_t *first = a->x_codes + t * kp, *fourth = first + (tokens > 3 ? 3 * kp : 0);
  TTQ_OPAQUE(fourth);
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  __m512 y[MOST_PANELS][MOST_TOKENS];
  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      y[p][i] = _mm512_setzero_ps();
      // Results are on their way into the caches while the sums form; without this the stores stall the tiles that follow.
      __builtin_prefetch(a->y + (t + (size_t)i) * a->y_stride + n + TTQ_PANEL * (size_t)p, 1, 3);
    }

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m512i dot[MOST_PANELS][MOST_TOKENS];
    TTQ_UNROLL for (int p = 0; p < panels; p++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[p][i] = _mm512_setzero_si512();
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK)
      TTQ_UNROLL for (int q = 0; q < 8; q++, w += 64 * panels) {
        __m512i codes[MOST_PANELS];
        TTQ_UNROLL for (int p = 0; p < panels; p++) codes[p] = _mm512_load_si512(w + 64 * p);
        TTQ_UNROLL for (int i = 0; i < tokens; i++) {
          const int8_t *row = i < 3 ? first + (size_t)i * kp : fourth + (size_t)(i - 3) * kp;
          const __m512i four = _mm512_set1_epi32(ttq_four_codes(row + k + 4 * (size_t)q));
          TTQ_UNROLL for (int p = 0; p < panels; p++) dot[p][i] = _mm512_dpbusd_epi32(dot[p][i], codes[p], four);
        }
      }

    __m512 scale[MOST_PANELS], minimum[MOST_PANELS];
    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      scale[p] = _mm512_load_ps(w + 128 * p);
      minimum[p] = _mm512_load_ps(w + 128 * p + 64);
    }
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      TTQ_UNROLL for (int p = 0; p < panels; p++) {
        const __m512 both = _mm512_mul_ps(scale[p], _mm512_set1_ps(x_scale[(size_t)i * groups + j]));
        y[p][i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[p][i]), both, y[p][i]);
        y[p][i] = _mm512_fmadd_ps(minimum[p], _mm512_set1_ps(x_sum[(size_t)i * groups + j]), y[p][i]);
      }
    w += 128 * panels;
  }

  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n + TTQ_PANEL * (size_t)p, a->n, y[p][i]);
}

// Covers all tokens.
TTQ_INLINE void cover_tokens(const ttq_qmatmul_args *a, size_t n, int panels) {
  size_t t = 0;
  while (t < a->tokens) {
    const size_t size = ttq_tile_tokens(a->tokens - t);
    switch (size) {
    case 6: tile(a, n, t, panels, 6); break;
    case 5: tile(a, n, t, panels, 5); break;
    case 4: tile(a, n, t, panels, 4); break;
    case 3: tile(a, n, t, panels, 3); break;
    case 2: tile(a, n, t, panels, 2); break;
    default: tile(a, n, t, panels, 1); break;
    }
    t += size;
  }
}

// Two panels at a time; a last single one by itself.
static void cover_pair(const ttq_qmatmul_args *a, size_t n) { cover_tokens(a, n, 2); }
static void cover_single(const ttq_qmatmul_args *a, size_t n) { cover_tokens(a, n, 1); }

TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  size_t n = 0;
  for (; n + TTQ_PANEL < a->n; n += 2 * TTQ_PANEL) {
    unpack(a, n, bits, 2, layout);
    cover_pair(a, n);
  }
  if (n < a->n) {
    unpack(a, n, bits, 1, layout);
    cover_single(a, n);
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx512vnni_r32x6_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_PANEL16); } \
  void ttq_qmatmul_a8_avx512vnni_c32x6_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_COMPACT16); }
KERNEL(2)
KERNEL(3)
KERNEL(4)
KERNEL(5)
KERNEL(8)

TTQ_REGION_END
#endif
