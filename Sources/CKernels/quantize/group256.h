#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/ttq_kernels.h"
#include "../x86/panel256.h"

// One group of one panel, quantized in registers of which a lane is a row; a panel is two halves of eight rows:
//   ttq_group256_begin   an empty range
//   ttq_group256_part    eight channels after eight: v = w * d, kept in the group; widens the range
//   ttq_group256_range   scales and minima
//   ttq_group256_store   codes, scales and minima, packed past the caches: whole lines, both halves of each
// Where scales and minima stand apart, in compact16, ttq_group256_steps takes them, and ttq_group256_store_codes packs codes alone.
// The store is best done after the next group has been scaled: it then need not wait for the two divisions.

enum { TTQ_LONGEST_GROUP256 = 128 };

typedef struct {
  __m256 *v[2];  // where the values of each half are kept, channel after channel
  __m256 inverse[2], offset[2];
  __m128i scale16[2], minimum16[2];
  size_t chunks;
} ttq_group256;

// The least and the greatest value of each row of a half so far; apart from the group, to stay in registers.
typedef struct { __m256 low, high; } ttq_extremes256;

TTQ_REGION(TTQ_TARGET_AVX2)

// Four columns of 32 bits of 8 rows, a lane a row. Rows 4...7 are read into the upper lanes, which leaves two steps of a
// transpose and none across lanes. f16 is widened on the way.
TTQ_INLINE void ttq_load_columns256(const char *const rows[8], size_t offset, uint32_t element, __m256i m[4]) {
  __m256i a[4];
  TTQ_UNROLL for (int r = 0; r < 4; r++) {
    const char *first = rows[r] + offset, *second = rows[r + 4] + offset;
    if (element == TTQ_F16) {
      const __m128 low = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)first));
      a[r] = _mm256_castps_si256(_mm256_cvtph_ps(_mm_castps_si128(_mm_loadh_pi(low, (const __m64 *)second))));
    } else {
      a[r] = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)first)), _mm_loadu_si128((const __m128i *)second), 1);
    }
  }
  const __m256i b[4] = {
    _mm256_unpacklo_epi32(a[0], a[1]), _mm256_unpackhi_epi32(a[0], a[1]), _mm256_unpacklo_epi32(a[2], a[3]),
    _mm256_unpackhi_epi32(a[2], a[3])};
  TTQ_UNROLL for (int j = 0; j < 2; j++) {
    m[2 * j] = _mm256_unpacklo_epi64(b[j], b[2 + j]);
    m[2 * j + 1] = _mm256_unpackhi_epi64(b[j], b[2 + j]);
  }
}

// Eight channels of 8 rows as f32. Two bf16 are one column, | channel 2 j + 1 | channel 2 j |, and either half is an f32 once
// the other is cleared.
TTQ_INLINE void ttq_load_part256(const char *const rows[8], size_t k, uint32_t element, __m256 w[8]) {
  __m256i m[8];
  const size_t width = element == TTQ_F32 ? 4 : 2;
  ttq_load_columns256(rows, width * k, element, m);
  if (element != TTQ_BF16) {
    ttq_load_columns256(rows, width * (k + 4), element, m + 4);
    TTQ_UNROLL for (int j = 0; j < 8; j++) w[j] = _mm256_castsi256_ps(m[j]);
    return;
  }
  TTQ_UNROLL for (int j = 0; j < 4; j++) {
    w[2 * j] = _mm256_castsi256_ps(_mm256_slli_epi32(m[j], 16));
    w[2 * j + 1] = _mm256_castsi256_ps(_mm256_and_si256(m[j], _mm256_set1_epi32((int)0xffff0000)));
  }
}

TTQ_INLINE ttq_extremes256 ttq_group256_begin(void) {
  return (ttq_extremes256){_mm256_set1_ps(__builtin_inff()), _mm256_set1_ps(-__builtin_inff())};
}

// Multiplies `parts` channels w by d into v. Those past the count become -inf, whose code is 0. Minima of a few break the chain
// of minima, whose latency would otherwise bound the pass.
TTQ_INLINE void ttq_group256_part(
  __m256 *v, const __m256 *w, const float *d, int parts, int count, ttq_extremes256 *extremes
) {
  __m256 least = _mm256_set1_ps(__builtin_inff()), most = _mm256_set1_ps(-__builtin_inff());
  TTQ_UNROLL for (int c = 0; c < parts; c++) {
    if (c >= count) {
      v[c] = _mm256_set1_ps(-__builtin_inff());
      continue;
    }
    const __m256 scaled = _mm256_mul_ps(w[c], _mm256_set1_ps(d[c]));
    least = c == 0 ? scaled : _mm256_min_ps(scaled, least);
    most = c == 0 ? scaled : _mm256_max_ps(scaled, most);
    v[c] = scaled;
  }
  extremes->low = _mm256_min_ps(least, extremes->low);
  extremes->high = _mm256_max_ps(most, extremes->high);
}

// Lanes of ones where a or b is not finite: only that differs from itself less itself, for inf - inf and NaN are NaN.
TTQ_INLINE __m256 ttq_not_finite256(__m256 a, __m256 b) {
  const __m256 difference = _mm256_or_ps(_mm256_sub_ps(a, a), _mm256_sub_ps(b, b));
  return _mm256_cmp_ps(difference, _mm256_setzero_ps(), _CMP_NEQ_UQ);
}

// 1 / x, 0 where x is 0.
TTQ_INLINE __m256 ttq_reciprocal256(__m256 x) {
  const __m256 some = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ);
  return _mm256_and_ps(some, _mm256_div_ps(_mm256_set1_ps(1), x));
}

// Sets what codes of a half are taken by.
TTQ_INLINE void ttq_group256_steps(ttq_group256 *g, int half, __m256 scale, __m256 minimum, int bits) {
  const __m256 start = _mm256_set1_ps((float)(1 << bits) + 0.5f);
  g->inverse[half] = ttq_reciprocal256(scale);
  g->offset[half] = _mm256_sub_ps(start, _mm256_mul_ps(minimum, g->inverse[half]));
}

// Rounds the range of a half to f16 and returns lanes of ones where a scale or a minimum is not finite.
TTQ_INLINE __m256 ttq_group256_range(ttq_group256 *g, int half, ttq_extremes256 extremes, int bits) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 levels = _mm256_set1_ps((float)((1 << bits) - 1)), zero = _mm256_setzero_ps();
  const __m256 range = _mm256_div_ps(_mm256_sub_ps(extremes.high, extremes.low), levels);
  g->scale16[half] = _mm256_cvtps_ph(_mm256_add_ps(range, zero), NEAREST);
  g->minimum16[half] = _mm256_cvtps_ph(_mm256_add_ps(extremes.low, zero), NEAREST);
  const __m256 scale = _mm256_cvtph_ps(g->scale16[half]), minimum = _mm256_cvtph_ps(g->minimum16[half]);
  ttq_group256_steps(g, half, scale, minimum, bits);
  return ttq_not_finite256(scale, minimum);
}

// Codes of four channels v of a half, in the order a0 a1 a2 a3 b0 b1 b2 b3 c0 ... d3 of each lane of 128 bits, a letter a channel, a digit a
// row. The packing instructions saturate, and so does the difference: that is the clamp.
TTQ_INLINE __m256i ttq_codes256(const ttq_group256 *g, int half, const __m256 *v, int bits) {
  __m256i n[4], pairs[2];
  TTQ_UNROLL for (size_t i = 0; i < 4; i++)
    n[i] = _mm256_cvttps_epi32(_mm256_add_ps(_mm256_mul_ps(v[i], g->inverse[half]), g->offset[half]));
  const __m256i origin = _mm256_set1_epi16((short)(1 << bits));
  TTQ_UNROLL for (int i = 0; i < 2; i++) pairs[i] = _mm256_subs_epi16(_mm256_packs_epi32(n[2 * i], n[2 * i + 1]), origin);
  const __m256i codes = _mm256_packus_epi16(pairs[0], pairs[1]);
  return bits == 8 ? codes : _mm256_min_epu8(codes, _mm256_set1_epi8((char)((1 << bits) - 1)));
}

// A quad from what ttq_codes256 returns: a0 b0 c0 d0 a1 b1 ... d3.
TTQ_INLINE __m256i ttq_quad_order256(__m256i codes) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm256_shuffle_epi8(codes, order);
}

// Packs the codes to an address aligned to 64 bytes and returns what follows them.
TTQ_INLINE uint8_t *ttq_group256_store_codes(const ttq_group256 *g, int bits, uint8_t *packed) {
  const __m256 *const v[2] = {g->v[0], g->v[1]};  // as far as the compiler knows, what is stored may be g itself
  for (size_t c = 0; c < g->chunks; c++, packed += 64 * bits) {
    if (bits == 4) { // a vector is two quads, and both are put in order at once
      TTQ_UNROLL for (size_t j = 0; j < 4; j++) TTQ_UNROLL for (int half = 0; half < 2; half++) {
        const __m256i even = ttq_codes256(g, half, v[half] + TTQ_CHUNK * c + 8 * j, bits);
        const __m256i odd = ttq_codes256(g, half, v[half] + TTQ_CHUNK * c + 8 * j + 4, bits);
        const __m256i both = _mm256_or_si256(even, _mm256_slli_epi32(odd, 4));
        _mm256_stream_si256((__m256i *)(packed + 64 * j + 32 * (size_t)half), ttq_quad_order256(both));
      }
      continue;
    }
    for (int half = 0; half < 2; half++) {
      __m256i quads[8];
      TTQ_UNROLL for (size_t q = 0; q < 8; q++)
        quads[q] = ttq_quad_order256(ttq_codes256(g, half, v[half] + TTQ_CHUNK * c + 4 * q, bits));
      ttq_store_chunk256(packed, half, bits, quads);
    }
  }
  return packed;
}

// Packs the group with its scales and minima.
TTQ_INLINE uint8_t *ttq_group256_store(const ttq_group256 *g, int bits, uint8_t *packed) {
  packed = ttq_group256_store_codes(g, bits, packed);
  TTQ_UNROLL for (int half = 0; half < 2; half++)
    _mm_stream_si128((__m128i *)(packed + 16 * half), g->scale16[half]);
  TTQ_UNROLL for (int half = 0; half < 2; half++)
    _mm_stream_si128((__m128i *)(packed + 32 + 16 * half), g->minimum16[half]);
  return packed + 64;
}

TTQ_REGION_END
