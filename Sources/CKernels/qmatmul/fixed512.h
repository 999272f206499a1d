#pragma once
#include "tiling.h"
#include "../x86/panel512.h"

// The operands of products whose scales are applied in fixed point. Centred codes of at most 4 bits sum to 16 bits in a chunk
// of 32 channels; so the sums of two chunks, a pair, share a 32-bit lane, and one vpdpwssd applies the scales of both.
// For the chunks c of a pair, with the unit R of a row and the unit X of a token, each the largest that there is:
//   dot    = sum over channels of (code - centre) * x                        |dot| <= 32 * 8 * 127 < 2^15
//   scale  = round(2^14 * w_scale / R)                                       scale <= 2^14
//   middle = round(2^11 * (w_minimum + centre * w_scale) / R)                |middle| <= 2^14
//   factor = round(2^15 * x_scale / X)                                       factor < 2^15
//   shift  = round(2^3 * (x_scale / X) * sum over channels of x)             |shift| <= 8 * 32 * 127 < 2^15
//   y      = X * R / 2^14 * sum over c of (dot * round(scale * factor / 2^15) + middle * shift)
// A pair adds at most 4 * 32 * 8 * 127 * 2^14 < 2^31: its sum is exact in int32. The sum over pairs is taken in f32. What is lost
// is the rounding of scales, relative to the largest of their row and token: an error of about 7e-5 where these are bell-shaped.
// A group of more than 32 channels counts as chunks of equal scale.
enum { TTQ_PAIR = 2 * TTQ_CHUNK, TTQ_SCALE_BITS = 14, TTQ_SHIFT_BITS = 3 };

// Activations of a token for a pair: codes, four of the first chunk and four of the second in turns; what their sums start
// from; two factors; two shifts. After the pairs of a token comes its unit.
enum { TTQ_PAIR_BYTES = TTQ_PAIR + 8 + 4 + 4 };

// Weights of a panel for a pair: 16 vectors of codes, one of scales, one of middles. After the pairs come the units.
enum { TTQ_PAIR_VECTORS = 18 };

static inline size_t ttq_pairs(size_t k) { return (k + TTQ_PAIR - 1) / TTQ_PAIR; }
static inline size_t ttq_fixed_token_bytes(size_t k) { return TTQ_PAIR_BYTES * ttq_pairs(k) + sizeof(float); }
static inline size_t ttq_fixed_panel_bytes(size_t k) { return 64 * (TTQ_PAIR_VECTORS * ttq_pairs(k) + 2); }

// The middle of the range of codes, so that sums are small and fit 16 bits.
static inline int ttq_centre(int bits) { return 1 << (bits - 1); }

TTQ_REGION(TTQ_TARGET_AVX512VNNI)

// The largest scale of a token, and a little more: a factor of 2^15 would not fit.
static inline float ttq_token_unit(const float *x_scale, size_t groups) {
  float most = 0;
  for (size_t j = 0; j < groups; j++) most = x_scale[j] > most ? x_scale[j] : most;
  return most * (32768.0f / 32767.0f);
}

// The sums of two chunks in lanes 0 and 1.
TTQ_INLINE __m128i ttq_two_sums(__m256i first, __m256i second) {
  const __m256i ones = _mm256_set1_epi8(1), zero = _mm256_setzero_si256();
  const __m256i sums = _mm256_hadd_epi32(_mm256_dpbusd_epi32(zero, ones, first), _mm256_dpbusd_epi32(zero, ones, second));
  const __m128i halves = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return _mm_hadd_epi32(halves, halves);
}

// Writes the activations of a tile of tokens from t on as one stream: for each pair, each part of it for all tokens.
TTQ_INLINE void ttq_interleave_fixed(const ttq_qmatmul_args *a, size_t t, int tokens, int centre, uint8_t *to) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  for (int i = 0; i < tokens; i++) {
    const int8_t *x = a->x_codes + (t + (size_t)i) * kp;
    const float *x_scale = a->x_scale + (t + (size_t)i) * groups;
    const float unit = ttq_token_unit(x_scale, groups), inverse = unit > 0 ? 1 / unit : 0;
    uint8_t *pair = to;
    for (size_t k = 0; k < kp; k += TTQ_PAIR, pair += TTQ_PAIR_BYTES * tokens) {
      const int both = k + TTQ_CHUNK < kp;  // the last pair may lack its second chunk
      const __m256i first = _mm256_loadu_si256((const __m256i *)(x + k));
      const __m256i second = both ? _mm256_loadu_si256((const __m256i *)(x + k + TTQ_CHUNK)) : _mm256_setzero_si256();
      const __m256i turns[2] = {_mm256_unpacklo_epi32(first, second), _mm256_unpackhi_epi32(first, second)};
      uint8_t *codes = pair + 8 * i;
      TTQ_UNROLL for (int q = 0; q < 8; q += 2, codes += 16 * tokens) {
        const __m256i turn = turns[q / 2 % 2];
        const __m128i two = q < 4 ? _mm256_castsi256_si128(turn) : _mm256_extracti128_si256(turn, 1);
        _mm_storel_epi64((__m128i *)(void *)codes, two);
        _mm_storeh_pi((__m64 *)(void *)(codes + 8 * tokens), _mm_castsi128_ps(two));
      }

      const __m128i sum = ttq_two_sums(first, second);
      const __m128 scale = _mm_setr_ps(x_scale[k / a->group], both ? x_scale[(k + TTQ_CHUNK) / a->group] : 0, 0, 0);
      const __m128 share = _mm_mul_ps(scale, _mm_set1_ps(inverse));
      const __m128 shift = _mm_mul_ps(_mm_mul_ps(share, _mm_set1_ps(1 << TTQ_SHIFT_BITS)), _mm_cvtepi32_ps(sum));
      const __m128i factor = _mm_cvtps_epi32(_mm_mul_ps(share, _mm_set1_ps(1 << 15)));
      const __m128i words = _mm_packs_epi32(factor, _mm_cvtps_epi32(shift));
      const int32_t factors = _mm_extract_epi32(words, 0), shifts = _mm_extract_epi32(words, 2);
      uint8_t *sides = pair + TTQ_PAIR * tokens;
      _mm_storel_epi64((__m128i *)(void *)(sides + 8 * i), _mm_mullo_epi32(sum, _mm_set1_epi32(-centre)));
      memcpy(sides + 8 * tokens + 4 * i, &factors, 4);
      memcpy(sides + 12 * tokens + 4 * i, &shifts, 4);
    }
    memcpy(pair + 4 * i, &unit, 4);
  }
}

typedef struct { __m512 scale, middle; } ttq_scale_middle;

// Of a group whose scales and minima begin at `side`.
TTQ_INLINE ttq_scale_middle ttq_scale_middle_read(const uint8_t *side, int bits) {
  const __m512 scale = ttq_halves512(side);
  const __m512 up = _mm512_mul_ps(scale, _mm512_set1_ps((float)ttq_centre(bits)));
  return (ttq_scale_middle){scale, _mm512_add_ps(ttq_halves512(side + 32), up)};
}

// The units of a panel's rows: no scale and no 2^-3 of a middle is larger.
TTQ_INLINE __m512 ttq_row_units(const ttq_qmatmul_args *a, const uint8_t *w, int bits) {
  __m512 most = _mm512_setzero_ps();
  for (size_t k = 0, kp = ttq_padded_k(a->k); k < kp; w += 64) {
    const size_t chunks = ttq_chunks(a, k);
    w += 64 * (size_t)bits * chunks;
    k += TTQ_CHUNK * chunks;
    const ttq_scale_middle side = ttq_scale_middle_read(w, bits);
    const __m512 middle = _mm512_mul_ps(_mm512_abs_ps(side.middle), _mm512_set1_ps(1.0f / (1 << TTQ_SHIFT_BITS)));
    most = _mm512_max_ps(most, _mm512_max_ps(side.scale, middle));
  }
  return most;
}

// Words of the first chunk below, of the second above.
TTQ_INLINE __m512i ttq_two_words(__m512i first, __m512i second) {
  return _mm512_mask_blend_epi16(0xaaaaaaaa, first, _mm512_slli_epi32(second, 16));
}

// Takes the panel of row n apart. Vectors 2 q and 2 q + 1 of a pair hold quad q of both chunks in turns, of rows 0, 1, 4, 5, 8 ...
// and of rows 2, 3, 6, 7 ...: vpackssdw of their sums has the rows in order, the two chunks of each side by side. Of `panels`
// panels that a tile shares, each two vectors stand beside those of the others.
TTQ_INLINE void ttq_unpack_fixed(const ttq_qmatmul_args *a, size_t n, int bits, int panels, uint8_t *to) {
  const size_t kp = ttq_padded_k(a->k);
  const uint8_t *w = ttq_panel(a, n);
  const __m512 most = ttq_row_units(a, w, bits), unit = _mm512_mul_ps(most, _mm512_set1_ps(1.0f / (1 << TTQ_SCALE_BITS)));
  const __mmask16 some = _mm512_cmp_ps_mask(most, _mm512_setzero_ps(), _CMP_GT_OQ);
  const __m512 inverse = _mm512_maskz_div_ps(some, _mm512_set1_ps(1), unit);
  const __m512 inverse_middle = _mm512_mul_ps(inverse, _mm512_set1_ps(1.0f / (1 << TTQ_SHIFT_BITS)));
  size_t left = 0;  // chunks of the group from w on
  for (size_t k = 0; k < kp; k += TTQ_PAIR, to += 64 * TTQ_PAIR_VECTORS * panels) {
    const uint8_t *codes[2] = {w, w};
    __m512i scale[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()}, middle[2] = {scale[0], scale[1]};
    TTQ_UNROLL for (int c = 0; c < 2; c++) {
      if (k + TTQ_CHUNK * (size_t)c >= kp) break;
      if (left == 0) left = ttq_chunks(a, k + TTQ_CHUNK * (size_t)c);
      const ttq_scale_middle side = ttq_scale_middle_read(w + 64 * (size_t)bits * left, bits);
      scale[c] = _mm512_cvtps_epi32(_mm512_mul_ps(side.scale, inverse));
      middle[c] = _mm512_cvtps_epi32(_mm512_mul_ps(side.middle, inverse_middle));
      codes[c] = w;
      w += 64 * bits + (--left == 0 ? 64 : 0);
    }
    TTQ_UNROLL for (int q = 0; q < 8; q++) {
      const __m512i first = ttq_quad512(codes[0], bits, q), second = ttq_quad512(codes[1], bits, q);
      _mm512_store_si512(to + 128 * q * panels, _mm512_unpacklo_epi32(first, second));
      _mm512_store_si512(to + 128 * q * panels + 64, _mm512_unpackhi_epi32(first, second));
    }
    _mm512_store_si512(to + 1024 * panels, ttq_two_words(scale[0], scale[1]));
    _mm512_store_si512(to + 1024 * panels + 64, ttq_two_words(middle[0], middle[1]));
  }
  _mm512_store_ps(to, unit);
}

TTQ_REGION_END
