#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/ttq_kernels.h"
#include "../x86/planes512.h"
#include "../x86/transpose.h"

// One group of one panel of 16 rows, quantized in registers of which a lane is a row:
//   ttq_group512_begin   an empty range
//   ttq_group512_scale   chunk after chunk: v = w * d, kept in the group; widens the range
//   ttq_group512_range   scales and minima
//   ttq_group512_store   codes, scales and minima, packed past the caches
// The store is best done after the next group has been scaled: it then need not wait for the two divisions.

enum { TTQ_LONGEST_GROUP = 128 };

typedef struct {
  __m512 v[TTQ_LONGEST_GROUP]; // by channel
  __m512 inverse, offset;
  __m512i halves;              // f16 scale[16] | f16 minimum[16]
  size_t chunks;
  int bounded;                 // no code needs the clamp
} ttq_group512;

// The least and the greatest value of each row so far; apart from the group, to stay in registers.
typedef struct { __m512 low, high; } ttq_extremes512;

TTQ_REGION(TTQ_TARGET_AVX512)

// 32 channels of 16 rows, `stride` bytes apart, transposed: a lane is a row. 16-bit elements fill 16 vectors, as
// | channel 2 j + 1 | channel 2 j |; 32-bit elements fill 32, a channel each.
TTQ_INLINE void ttq_load_chunk512(const char *rows, size_t stride, uint32_t element, __m512i m[TTQ_CHUNK]) {
  TTQ_UNROLL for (int h = 0; h < (element == TTQ_F32 ? 2 : 1); h++) {
    TTQ_UNROLL for (int r = 0; r < 16; r++) m[16 * h + r] = _mm512_loadu_si512(rows + stride * (size_t)r + 64 * h);
    ttq_transpose512(m + 16 * h);
  }
}

// Channel c of a transposed chunk as f32. Either half of a pair of bf16 is an f32 once the other is cleared.
TTQ_INLINE __m512 ttq_chunk_channel512(const __m512i m[TTQ_CHUNK], int c, uint32_t element) {
  if (element == TTQ_F32) return _mm512_castsi512_ps(m[c]);
  const __m512i pair = m[c / 2];
  if (element == TTQ_F16) {
    const __m512i order = _mm512_set_epi16( // even channels, then odd
      31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i halves = _mm512_permutexvar_epi16(order, pair);
    return _mm512_cvtph_ps(c % 2 ? _mm512_extracti64x4_epi64(halves, 1) : _mm512_castsi512_si256(halves));
  }
  if (c % 2) return _mm512_castsi512_ps(_mm512_and_si512(pair, _mm512_set1_epi32((int)0xffff0000)));
  return _mm512_castsi512_ps(_mm512_slli_epi32(pair, 16));
}

TTQ_INLINE ttq_extremes512 ttq_group512_begin(ttq_group512 *g) {
  g->chunks = 0;
  g->bounded = 1;
  return (ttq_extremes512){_mm512_set1_ps(__builtin_inff()), _mm512_set1_ps(-__builtin_inff())};
}

// Opens the next chunk, of which `count` channels are weights, and returns where its values go.
TTQ_INLINE __m512 *ttq_group512_chunk(ttq_group512 *g, int count) {
  if (count < TTQ_CHUNK) g->bounded = 0;
  return g->v + TTQ_CHUNK * g->chunks++;
}

// Multiplies 8 channels w by d into v. Those past the count become -inf, whose code the clamp makes 0. Minima of 8 break the chain of
// minima, whose latency would otherwise bound the pass.
TTQ_INLINE void ttq_group512_part(__m512 *v, const __m512 w[8], const float *d, int count, ttq_extremes512 *extremes) {
  __m512 least = _mm512_set1_ps(__builtin_inff()), most = _mm512_set1_ps(-__builtin_inff());
  TTQ_UNROLL for (int c = 0; c < 8; c++) {
    if (c >= count) {
      v[c] = _mm512_set1_ps(-__builtin_inff());
      continue;
    }
    v[c] = _mm512_mul_ps(w[c], _mm512_set1_ps(d[c]));
    least = c == 0 ? v[c] : _mm512_min_ps(v[c], least);
    most = c == 0 ? v[c] : _mm512_max_ps(v[c], most);
  }
  extremes->low = _mm512_min_ps(least, extremes->low);
  extremes->high = _mm512_max_ps(most, extremes->high);
}

// The next chunk, transposed, times d.
TTQ_INLINE void ttq_group512_scale(
  ttq_group512 *g, const __m512i m[TTQ_CHUNK], const float *d, int count, uint32_t element, ttq_extremes512 *extremes
) {
  __m512 *v = ttq_group512_chunk(g, count);
  TTQ_UNROLL for (int part = 0; part < TTQ_CHUNK; part += 8) {
    __m512 w[8];
    TTQ_UNROLL for (int c = 0; c < 8; c++) w[c] = ttq_chunk_channel512(m, part + c, element);
    ttq_group512_part(v + part, w, d + part, count - part, extremes);
  }
}

// The position of v, counted from 2^bits (ttq_quantize_args).
TTQ_INLINE __m512 ttq_position512(const ttq_group512 *g, __m512 v) {
  return _mm512_add_ps(_mm512_mul_ps(v, g->inverse), g->offset);
}

// Sets what positions are taken by.
TTQ_INLINE void ttq_group512_steps(ttq_group512 *g, __m512 scale, __m512 minimum, int bits) {
  const __m512 start = _mm512_set1_ps((float)(1 << bits) + 0.5f);
  const __mmask16 some = _mm512_cmp_ps_mask(scale, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  g->inverse = _mm512_maskz_div_ps(some, _mm512_set1_ps(1), scale);
  g->offset = _mm512_sub_ps(start, _mm512_mul_ps(minimum, g->inverse));
}

// Rounds the range to f16 and returns the rows whose scale or minimum is not finite.
TTQ_INLINE __mmask16 ttq_group512_range(ttq_group512 *g, ttq_extremes512 extremes, int bits) {
  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, NOT_FINITE = 0x99 };
  const __m512 levels = _mm512_set1_ps((float)((1 << bits) - 1)), zero = _mm512_setzero_ps();
  const __m512 range = _mm512_div_ps(_mm512_sub_ps(extremes.high, extremes.low), levels);
  const __m256i scale16 = _mm512_cvtps_ph(_mm512_add_ps(range, zero), NEAREST);
  const __m256i minimum16 = _mm512_cvtps_ph(_mm512_add_ps(extremes.low, zero), NEAREST);
  const __m512 scale = _mm512_cvtph_ps(scale16), minimum = _mm512_cvtph_ps(minimum16);
  ttq_group512_steps(g, scale, minimum, bits);
  g->halves = _mm512_inserti64x4(_mm512_castsi256_si512(scale16), minimum16, 1);
  // Each step from a value to its position is monotonic, so the ends of the range tell whether all codes are within 0 ... 2^bits - 1.
  const __m512 origin = _mm512_set1_ps((float)(1 << bits)), limit = _mm512_set1_ps((float)(2 << bits));
  const __m512 first = ttq_position512(g, extremes.low), last = ttq_position512(g, extremes.high);
  const __mmask16 above = _mm512_cmp_ps_mask(first, origin, _CMP_GE_OQ);
  g->bounded &= _mm512_mask_cmp_ps_mask(above, last, limit, _CMP_LT_OQ) == 0xffff;
  return _mm512_fpclass_ps_mask(scale, NOT_FINITE) | _mm512_fpclass_ps_mask(minimum, NOT_FINITE);
}

// Codes of four channels as a quad: of each position the bits that are its code, moved to the low end of their byte. The bits above
// are other bits of positions and must be masked.
TTQ_INLINE __m512i ttq_code_quad512(const ttq_group512 *g, const __m512 v[4], int bits, int bounded) {
  const unsigned place = 23 - (unsigned)bits;
  __m512i n[4];
  TTQ_UNROLL for (int i = 0; i < 4; i++) {
    __m512 position = ttq_position512(g, v[i]);
    if (!bounded) { // NaN becomes 2^bits
      position = _mm512_max_ps(position, _mm512_set1_ps((float)(1 << bits)));
      position = _mm512_min_ps(position, _mm512_set1_ps((float)((2 << bits) - 1)));
    }
    n[i] = _mm512_castps_si512(position);
  }
  // 0xca: where the mask has ones the second operand, else the third.
  const __m512i second = _mm512_set1_epi32(0x0000ff00), upper = _mm512_set1_epi32((int)0xffff0000);
  const __m512i fourth = _mm512_set1_epi32((int)0xff000000);
  const __m512i n01 = _mm512_ternarylogic_epi32(second, _mm512_srli_epi32(n[1], place - 8), _mm512_srli_epi32(n[0], place), 0xca);
  const __m512i third = place >= 16 ? _mm512_srli_epi32(n[2], place - 16) : _mm512_slli_epi32(n[2], 16 - place);
  const __m512i n23 = _mm512_ternarylogic_epi32(fourth, _mm512_slli_epi32(n[3], 24 - place), third, 0xca);
  return _mm512_ternarylogic_epi32(upper, n23, n01, 0xca);
}

TTQ_INLINE void ttq_group512_codes(const ttq_group512 *g, int bits, uint32_t layout, int bounded, uint8_t *packed) {
  for (size_t c = 0; c < g->chunks; c++, packed += 64 * bits) {
    const __m512 *v = g->v + TTQ_CHUNK * c;
    if (bits == 4 && layout != TTQ_LAYOUT_PLANES16) { // two quads a vector
      const __m512i even = _mm512_set1_epi8(0x0f);
      TTQ_UNROLL for (int j = 0; j < 4; j++) {
        const __m512i low = ttq_code_quad512(g, v + 8 * j, bits, bounded);
        const __m512i high = ttq_code_quad512(g, v + 8 * j + 4, bits, bounded);
        _mm512_stream_si512((__m512i *)(packed + 64 * j), _mm512_ternarylogic_epi32(even, low, _mm512_slli_epi32(high, 4), 0xca));
      }
      continue;
    }
    __m512i quads[8];
    TTQ_UNROLL for (int q = 0; q < 8; q++) quads[q] = ttq_code_quad512(g, v + 4 * q, bits, bounded);
    if (layout == TTQ_LAYOUT_PLANES16) ttq_store_planes512(packed, bits, quads);
    else ttq_store_chunk512(packed, bits, quads);
  }
}

// Packs the codes to an address aligned to 64 bytes and returns what follows them.
TTQ_INLINE uint8_t *ttq_group512_store_codes(const ttq_group512 *g, int bits, uint32_t layout, uint8_t *packed) {
  if (__builtin_expect(g->bounded, 1)) ttq_group512_codes(g, bits, layout, 1, packed);
  else ttq_group512_codes(g, bits, layout, 0, packed);
  return packed + 64 * (size_t)bits * g->chunks;
}

// Packs the group with its scales and minima.
TTQ_INLINE uint8_t *ttq_group512_store(const ttq_group512 *g, int bits, uint32_t layout, uint8_t *packed) {
  packed = ttq_group512_store_codes(g, bits, layout, packed);
  _mm512_stream_si512((__m512i *)packed, g->halves);
  return packed + 64;
}

TTQ_REGION_END
