#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/side256.h"

// Scales applied in fixed point, as in fixed512.h, without 32-bit sums: a chunk of 32 channels is summed in 16 bits, in two
// parts, and vpmaddwd adds these as it applies the scale. For the chunks c of a pair, with the unit R of a row and X of a token:
//   dot    = two sums over channels of code * x                              |each| <= 16 * 15 * 127 < 2^15
//   scale  = round(2^13 * w_scale / R), minimum = round(2^10 * w_minimum / R)   scale <= 2^13, |minimum| <= 2^14
//   factor = round(2^15 * x_scale / X)                                       factor < 2^15
//   shift  = round(2^3 * (x_scale / X) * sum over channels of x)             |shift| <= 8 * 32 * 127 < 2^15
//   y      = X * R / 2^13 * sum over c of (dot * round(scale * factor / 2^15) + minimum * shift)
// A pair adds at most 4 * 16 * 15 * 127 * 2^13 + 2 * 8 * 32 * 127 * 2^14 < 2^31; the sum over pairs is taken in f32.
enum { HALVES = 2, MOST_TOKENS = 3, PAIR = 2 * TTQ_CHUNK, QUADS = PAIR / 4, SCALE_BITS = 13, SHIFT_BITS = 3 };

// Activations of a token for a pair: 16 quads of codes, the factor of each chunk twice, two shifts. Then its unit.
enum { PAIR_BYTES = PAIR + 12 };
// Vectors of a panel for a pair: for each chunk 8 quads and its scales, twice a lane; then minima of both. Then the units.
enum { CHUNK_VECTORS = 9 * HALVES, PAIR_VECTORS = 2 * CHUNK_VECTORS + HALVES };
enum { ACTIVATION_BYTES = 2816 << 10 };  // activations of a block: so many that unpacking takes little of the time

static inline size_t pair_count(size_t k) { return (k + PAIR - 1) / PAIR; }
static inline size_t token_bytes(size_t k) { return PAIR_BYTES * pair_count(k) + sizeof(float); }
static inline size_t panel_bytes(size_t k) { return 32 * (PAIR_VECTORS * pair_count(k) + HALVES); }
static inline size_t block_tokens(size_t k) {
  const size_t fit = ACTIVATION_BYTES / (MOST_TOKENS * token_bytes(k));
  return MOST_TOKENS * (fit > 0 ? fit : 1);
}

size_t ttq_qmatmul_fixed256_floats(size_t k, size_t group) {
  (void)group;
  return (panel_bytes(k) + block_tokens(k) * token_bytes(k)) / sizeof(float);
}

TTQ_REGION(TTQ_TARGET_AVX2)

// Writes the activations of a tile of tokens from t on as one stream: for each pair, each part of it for all tokens.
static void interleave(const ttq_qmatmul_args *a, size_t t, size_t tokens, uint8_t *to) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  for (size_t i = 0; i < tokens; i++) {
    const int8_t *x = a->x_codes + (t + i) * kp;
    const float *x_scale = a->x_scale + (t + i) * groups;
    float most = 0;
    for (size_t j = 0; j < groups; j++) most = x_scale[j] > most ? x_scale[j] : most;
    const float unit = most * (32768.0f / 32767.0f), inverse = unit > 0 ? 1 / unit : 0;
    uint8_t *pair = to + 4 * i;
    for (size_t k = 0; k < kp; k += PAIR, pair += PAIR_BYTES * tokens) {
      int16_t sides[6] = {0};
      for (size_t c = 0; c < 2; c++) {
        uint8_t *codes = pair + 32 * c * tokens;
        const size_t begin = k + TTQ_CHUNK * c;
        if (begin >= kp) {  // the last pair may lack its second chunk
          for (size_t q = 0; q < 8; q++) memset(codes + 4 * q * tokens, 0, 4);
          continue;
        }
        int32_t sum = 0;
        for (size_t v = 0; v < TTQ_CHUNK; v++) sum += x[begin + v];
        for (size_t q = 0; q < 8; q++) memcpy(codes + 4 * q * tokens, x + begin + 4 * q, 4);
        const float share = x_scale[begin / a->group] * inverse;
        const __m128 words = _mm_mul_ps(_mm_set1_ps(share), _mm_setr_ps(1 << 15, (float)(sum * (1 << SHIFT_BITS)), 0, 0));
        const __m128i both = _mm_packs_epi32(_mm_cvtps_epi32(words), _mm_setzero_si128());
        sides[2 * c] = sides[2 * c + 1] = (int16_t)_mm_extract_epi16(both, 0);
        sides[4 + c] = (int16_t)_mm_extract_epi16(both, 1);
      }
      for (size_t s = 0; s < 3; s++) memcpy(pair + (PAIR + 4 * s) * tokens, sides + 2 * s, 4);
    }
    memcpy(pair, &unit, 4);
  }
}

// The units of eight rows of a panel: no scale and no 2^-4 of a minimum is larger.
TTQ_INLINE __m256 row_units(const ttq_qmatmul_args *a, const uint8_t *panel, int half, int bits, uint32_t layout) {
  const __m256 magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  const ttq_side256 steps = ttq_steps256(panel, half, layout);
  const uint8_t *w = panel + ttq_head_bytes(layout), *side = w;
  __m256 most = _mm256_setzero_ps();
  for (size_t k = 0, j = 0, kp = ttq_padded_k(a->k); k < kp; j++) {
    const size_t chunks = ttq_chunks(a, k), bytes = 64 * (size_t)bits * chunks;
    side = ttq_begin_group256(&w, side, j, bytes, layout);
    w += bytes;
    ttq_end_group256(&w, layout);
    k += TTQ_CHUNK * chunks;
    const ttq_side256 group = ttq_side256_read(side, half, steps, layout);
    const __m256 minimum = _mm256_mul_ps(_mm256_and_ps(group.minimum, magnitude), _mm256_set1_ps(0.0625f));
    most = _mm256_max_ps(most, _mm256_max_ps(group.scale, minimum));
  }
  return _mm256_mul_ps(most, _mm256_set1_ps(1.0f / (1 << SCALE_BITS)));
}

// Words of `first` below, of `second` above.
TTQ_INLINE __m256i two_words(__m256i first, __m256i second) {
  return _mm256_blend_epi16(first, _mm256_slli_epi32(second, 16), 0xaa);
}

// Takes the panel of row n apart, so that a tile has nothing left to do but to multiply.
TTQ_INLINE void unpack(const ttq_qmatmul_args *a, size_t n, int bits, uint32_t layout, uint8_t *to) {
  const size_t kp = ttq_padded_k(a->k), panel = ttq_layout_panel_bytes(layout, a->k, (size_t)bits, a->group);
  const uint8_t *head = ttq_layout_panel(a, n, layout), *w = head + ttq_head_bytes(layout), *side = w;
  __m256 unit[HALVES], inverse[HALVES];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
    unit[h] = row_units(a, head, h, bits, layout);
    const __m256 some = _mm256_cmp_ps(unit[h], _mm256_setzero_ps(), _CMP_GT_OQ);
    inverse[h] = _mm256_and_ps(_mm256_div_ps(_mm256_set1_ps(1), unit[h]), some);
  }
  size_t left = 0, j = 0;  // chunks of the group from w on, and the next group
  for (size_t k = 0; k < kp; k += PAIR) {
    __m256i minimum[HALVES][2];
    TTQ_UNROLL for (int c = 0; c < 2; c++, to += 32 * CHUNK_VECTORS) {
      const int absent = k + TTQ_CHUNK * (size_t)c >= kp;
      if (absent) {
        memset(to, 0, 32 * CHUNK_VECTORS);
        TTQ_UNROLL for (int h = 0; h < HALVES; h++) minimum[h][c] = _mm256_setzero_si256();
        continue;
      }
      if (left == 0) {
        left = ttq_chunks(a, k + TTQ_CHUNK * (size_t)c);
        side = ttq_begin_group256(&w, side, j++, 64 * (size_t)bits * left, layout);
      }
      ttq_fetch_ahead(w, panel, bits + 1);
      TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
        TTQ_UNROLL for (int q = 0; q < 8; q++)
          _mm256_store_si256((__m256i *)(void *)(to + 32 * (HALVES * q + h)), ttq_quad256(w, h, bits, q));
        const ttq_side256 group = ttq_side256_read(side, h, ttq_steps256(head, h, layout), layout);
        const __m256i scale = _mm256_cvtps_epi32(_mm256_mul_ps(group.scale, inverse[h]));
        const __m256 down = _mm256_mul_ps(inverse[h], _mm256_set1_ps(1.0f / (1 << SHIFT_BITS)));
        minimum[h][c] = _mm256_cvtps_epi32(_mm256_mul_ps(group.minimum, down));
        _mm256_store_si256((__m256i *)(void *)(to + 32 * (HALVES * 8 + h)), two_words(scale, scale));
      }
      w += 64 * bits;
      if (--left == 0) ttq_end_group256(&w, layout);
    }
    TTQ_UNROLL for (int h = 0; h < HALVES; h++, to += 32)
      _mm256_store_si256((__m256i *)(void *)to, two_words(minimum[h][0], minimum[h][1]));
  }
  TTQ_UNROLL for (int h = 0; h < HALVES; h++) _mm256_store_ps((float *)(void *)(to + 32 * h), unit[h]);
}

TTQ_INLINE __m256i lanes(const uint8_t *x) { return _mm256_set1_epi32(ttq_four_codes((const int8_t *)x)); }
TTQ_INLINE __m256i vector(const uint8_t *w) { return _mm256_load_si256((const __m256i *)(const void *)w); }

// A chunk takes 8 vpmaddubsw, one vpmulhrsw and one vpmaddwd, a pair one vpmaddwd more, on the two pipes that multiply; additions
// run beside them.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int tokens, const uint8_t *w, const uint8_t *x) {
  __m256 y[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) {
      y[h][i] = _mm256_setzero_ps();
      __builtin_prefetch(a->y + (t + (size_t)i) * a->y_stride + n, 1, 3);
    }

  for (size_t pairs = pair_count(a->k); pairs > 0; pairs--, w += 32 * HALVES, x += 4 * tokens) {
    const uint8_t *factors = x + PAIR * tokens;
    __m256i total[HALVES][MOST_TOKENS];
    TTQ_UNROLL for (int c = 0; c < 2; c++, w += 32 * CHUNK_VECTORS, factors += 4 * tokens) {
      __m256i sum[HALVES][MOST_TOKENS];
      TTQ_UNROLL for (int q = 0; q < 8; q++, x += 4 * tokens)
        TTQ_UNROLL for (int i = 0; i < tokens; i++)
          TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
            const __m256i product = _mm256_maddubs_epi16(vector(w + 32 * (HALVES * q + h)), lanes(x + 4 * i));
            sum[h][i] = q == 0 ? product : _mm256_add_epi16(sum[h][i], product);
          }
      TTQ_UNROLL for (int i = 0; i < tokens; i++)
        TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
          const __m256i scale = _mm256_mulhrs_epi16(vector(w + 32 * (HALVES * 8 + h)), lanes(factors + 4 * i));
          const __m256i dot = _mm256_madd_epi16(sum[h][i], scale);
          total[h][i] = c == 0 ? dot : _mm256_add_epi32(total[h][i], dot);
        }
    }
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
        const __m256i least = _mm256_madd_epi16(vector(w + 32 * h), lanes(factors + 4 * i));
        y[h][i] = _mm256_add_ps(y[h][i], _mm256_cvtepi32_ps(_mm256_add_epi32(total[h][i], least)));
      }
    x += 8 * tokens;
  }

  TTQ_UNROLL for (int i = 0; i < tokens; i++)
    TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
      const __m256 unit = _mm256_castsi256_ps(lanes(x + 4 * i)), rows = _mm256_load_ps((const float *)(const void *)(w + 32 * h));
      ttq_store_rows256(
        a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, _mm256_mul_ps(_mm256_mul_ps(y[h][i], rows), unit));
    }
}

static inline size_t tile_tokens(size_t rest) { return rest < MOST_TOKENS ? rest : MOST_TOKENS; }

// Multiplies the unpacked panel of row n with tokens t ..< end, interleaved in x.
static void multiply(const ttq_qmatmul_args *a, size_t n, size_t t, size_t end, const uint8_t *w, const uint8_t *x) {
  for (size_t tokens; t < end; t += tokens, x += tokens * token_bytes(a->k)) {
    tokens = tile_tokens(end - t);
    if (tokens == 3) tile(a, n, t, 3, w, x);
    else if (tokens == 2) tile(a, n, t, 2, w, x);
    else tile(a, n, t, 1, w, x);
  }
}

TTQ_INLINE void cover(const ttq_qmatmul_args *a, int bits, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  const size_t block = block_tokens(a->k);
  uint8_t *w = (uint8_t *)a->scratch, *x = w + panel_bytes(a->k);
  for (size_t t = 0; t < a->tokens; t += block) {
    const size_t end = t + block < a->tokens ? t + block : a->tokens;
    uint8_t *to = x;
    for (size_t i = t, tokens; i < end; i += tokens, to += tokens * token_bytes(a->k)) {
      tokens = tile_tokens(end - i);
      interleave(a, i, tokens, to);
    }
    for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
      unpack(a, n, bits, layout, w);
      multiply(a, n, t, end, w, x);
    }
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx2_fixed_r16x3_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_PANEL16); } \
  void ttq_qmatmul_a8_avx2_fixed_c16x3_q##bits(const ttq_qmatmul_args *a) { cover(a, bits, TTQ_LAYOUT_COMPACT16); }
KERNEL(2)
KERNEL(3)
KERNEL(4)

TTQ_REGION_END
#endif
