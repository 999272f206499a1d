#include "tiling.h"

#if defined(__x86_64__)
#include "fixed512.h"

enum { MOST_PANELS = 2, MOST_TOKENS = 6 };
enum { WEIGHT_BYTES = 320 << 10 };       // unpacked weights, which stay in L2 while the tokens of a block pass by
enum { ACTIVATION_BYTES = 2816 << 10 };  // activations of a block: so many that unpacking takes little of the time

// Panels that are unpacked together, an even number.
static inline size_t most_panels(size_t k) {
  const size_t fit = WEIGHT_BYTES / (MOST_PANELS * ttq_fixed_panel_bytes(k));
  return MOST_PANELS * (fit > 0 ? fit : 1);
}
static inline size_t block_tokens(size_t k) {
  const size_t fit = ACTIVATION_BYTES / (MOST_TOKENS * ttq_fixed_token_bytes(k));
  return MOST_TOKENS * (fit > 0 ? fit : 1);
}

size_t ttq_qmatmul_fixed512_floats(size_t k, size_t group) {
  (void)group;
  return (most_panels(k) * ttq_fixed_panel_bytes(k) + block_tokens(k) * ttq_fixed_token_bytes(k)) / sizeof(float);
}

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

TTQ_INLINE __m512i two_words(const uint8_t *x) { return _mm512_set1_epi32(ttq_four_codes((const int8_t *)x)); }
TTQ_INLINE __m512i two_lanes(const uint8_t *x) {
  int64_t lanes;
  memcpy(&lanes, x, 8);
  return _mm512_set1_epi64(lanes);
}

// A pair takes 16 vpdpbusd, one vpmulhrsw and two vpdpwssd on the two pipes that multiply; the rest runs beside them. Meanwhile,
// a line of the weights that come next is fetched.
TTQ_INLINE void tile(
  const ttq_qmatmul_args *a, size_t n, size_t t, int panels, int tokens, const uint8_t *w, const uint8_t *x, const uint8_t *next
) {
  __m512 y[MOST_PANELS][MOST_TOKENS];
  TTQ_UNROLL for (int p = 0; p < panels; p++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      y[p][i] = _mm512_setzero_ps();
      // Results are on their way into the caches while the sums form; without this the stores stall the tiles that follow.
      __builtin_prefetch(a->y + (t + (size_t)i) * a->y_stride + n + TTQ_PANEL * (size_t)p, 1, 3);
    }

  for (size_t pairs = ttq_pairs(a->k); pairs > 0; pairs--, next += 64) {
    __builtin_prefetch(next, 0, 2);
    const uint8_t *starts = x + TTQ_PAIR * tokens, *factors = starts + 8 * tokens, *shifts = factors + 4 * tokens;
    __m512i dot[MOST_PANELS][MOST_TOKENS][2];
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      TTQ_UNROLL for (int p = 0; p < panels; p++) dot[p][i][0] = dot[p][i][1] = two_lanes(starts + 8 * i);
    TTQ_UNROLL for (int q = 0; q < 8; q++, x += 8 * tokens, w += 128 * panels)
      TTQ_UNROLL for (int i = 0; i < tokens; i++)
        TTQ_UNROLL for (int p = 0; p < panels; p++)
          TTQ_UNROLL for (int h = 0; h < 2; h++)
            dot[p][i][h] = _mm512_dpbusd_epi32(dot[p][i][h], _mm512_load_si512(w + 128 * p + 64 * h), two_lanes(x + 8 * i));

    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      TTQ_UNROLL for (int p = 0; p < panels; p++) {
        const __m512i scale = _mm512_mulhrs_epi16(_mm512_load_si512(w + 128 * p), two_words(factors + 4 * i));
        const __m512i middle = _mm512_load_si512(w + 128 * p + 64);
        const __m512i below = _mm512_dpwssd_epi32(_mm512_setzero_si512(), middle, two_words(shifts + 4 * i));
        const __m512i sum = _mm512_dpwssd_epi32(below, _mm512_packs_epi32(dot[p][i][0], dot[p][i][1]), scale);
        y[p][i] = _mm512_add_ps(y[p][i], _mm512_cvtepi32_ps(sum));
      }
    w += 128 * panels;
    x += (TTQ_PAIR_BYTES - TTQ_PAIR) * tokens;
  }

  TTQ_UNROLL for (int i = 0; i < tokens; i++) {
    const __m512 unit = _mm512_castsi512_ps(two_words(x + 4 * i));
    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      const __m512 rows = _mm512_mul_ps(_mm512_mul_ps(y[p][i], _mm512_load_ps(w + 128 * p)), unit);
      ttq_store_rows512(a->y + (t + (size_t)i) * a->y_stride, n + TTQ_PANEL * (size_t)p, a->n, rows);
    }
  }
}

// Calls `body` with `tokens` as a constant.
#define FOR_TOKENS(tokens, body) \
  switch (tokens) { \
  case 6: body(6); break; \
  case 5: body(5); break; \
  case 4: body(4); break; \
  case 3: body(3); break; \
  case 2: body(2); break; \
  default: body(1); break; \
  }

static void interleave(const ttq_qmatmul_args *a, size_t t, size_t tokens, int centre, uint8_t *x) {
#define INTERLEAVE(tokens) ttq_interleave_fixed(a, t, tokens, centre, x)
  FOR_TOKENS(tokens, INTERLEAVE)
}
static void multiply_two(
  const ttq_qmatmul_args *a, size_t n, size_t t, size_t tokens, const uint8_t *w, const uint8_t *x, const uint8_t *next
) {
#define TILE_OF_TWO(tokens) tile(a, n, t, 2, tokens, w, x, next)
  FOR_TOKENS(tokens, TILE_OF_TWO)
}
static void multiply_one(
  const ttq_qmatmul_args *a, size_t n, size_t t, size_t tokens, const uint8_t *w, const uint8_t *x, const uint8_t *next
) {
#define TILE_OF_ONE(tokens) tile(a, n, t, 1, tokens, w, x, next)
  FOR_TOKENS(tokens, TILE_OF_ONE)
}

// Takes the panels of rows n ..< end apart, two side by side, a last single one by itself.
TTQ_INLINE void unpack(const ttq_qmatmul_args *a, size_t n, size_t end, int bits, uint8_t *w) {
  for (; n < end; n += 2 * TTQ_PANEL, w += 2 * ttq_fixed_panel_bytes(a->k))
    if (n + TTQ_PANEL < end) {
      ttq_unpack_fixed(a, n, bits, 2, w);
      ttq_unpack_fixed(a, n + TTQ_PANEL, bits, 2, w + 128);
    } else {
      ttq_unpack_fixed(a, n, bits, 1, w);
    }
}

// Multiplies rows n ..< end, unpacked in w, with tokens t ..< last, interleaved in x.
static void multiply(
  const ttq_qmatmul_args *a, size_t n, size_t end, size_t t, size_t last, const uint8_t *w, const uint8_t *x
) {
  const uint8_t *next = ttq_panel(a, end);
  for (size_t tokens; t < last; t += tokens, x += tokens * ttq_fixed_token_bytes(a->k)) {
    tokens = ttq_tile_tokens(last - t);
    const uint8_t *panel = w;
    for (size_t row = n; row < end; row += 2 * TTQ_PANEL, panel += 2 * ttq_fixed_panel_bytes(a->k)) {
      if (row + TTQ_PANEL < end) multiply_two(a, row, t, tokens, panel, x, next);
      else multiply_one(a, row, t, tokens, panel, x, next);
      next += 64 * ttq_pairs(a->k);
    }
  }
}

TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  const size_t panels = most_panels(a->k), rows = panels * TTQ_PANEL, block = block_tokens(a->k);
  uint8_t *w = (uint8_t *)a->scratch, *x = w + panels * ttq_fixed_panel_bytes(a->k);
  for (size_t t = 0; t < a->tokens; t += block) {
    const size_t last = t + block < a->tokens ? t + block : a->tokens;
    uint8_t *to = x;
    for (size_t i = t, tokens; i < last; i += tokens, to += tokens * ttq_fixed_token_bytes(a->k)) {
      tokens = ttq_tile_tokens(last - i);
      interleave(a, i, tokens, ttq_centre(bits), to);
    }
    for (size_t n = 0; n < a->n; n += rows) {
      const size_t end = n + rows < a->n ? n + rows : a->n;
      unpack(a, n, end, bits, w);
      multiply(a, n, end, t, last, w, x);
    }
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx512vnni_fixed_r32x6_q##bits(const ttq_qmatmul_args *a) { cover(a, bits); }
KERNEL(2)
KERNEL(3)
KERNEL(4)

TTQ_REGION_END
#endif
