#pragma once
#include "../include/ttq_kernels.h"
#include "../x86/panel512.h"
#include "../x86/transpose.h"

// The quantizing of one group of one panel for AVX-512, wherever its weights come from.

enum { LONGEST_GROUP = 128 };

// Sixteen rows of weights. Gives `count` channels from channel k on, as f32, a vector of rows for each channel.
typedef void (*chunk_source)(const void *weights, size_t k, int count, uint32_t element, __m512 w[TTQ_CHUNK]);

TTQ_REGION(TTQ_TARGET_AVX512)

// Pairs of bf16, | channel 2 j + 1 | channel 2 j | in a lane: either half is an f32 once the other is cleared.
TTQ_INLINE void widen_pairs(const __m512i m[16], __m512 w[TTQ_CHUNK]) {
  TTQ_UNROLL for (int j = 0; j < 16; j++) {
    w[2 * j] = _mm512_castsi512_ps(_mm512_slli_epi32(m[j], 16));
    w[2 * j + 1] = _mm512_castsi512_ps(_mm512_and_si512(m[j], _mm512_set1_epi32((int)0xffff0000)));
  }
}

// The chunk source of rows as they lie in memory: `weights` are 16 pointers to rows, transposed here.
TTQ_INLINE void load_chunk(const void *weights, size_t k, int count, uint32_t element, __m512 w[TTQ_CHUNK]) {
  const void *const *rows = weights;
  const __mmask32 valid = count == TTQ_CHUNK ? ~0u : (1u << count) - 1;
  __m512i m[16];
  if (element == TTQ_BF16) {
    TTQ_UNROLL for (int r = 0; r < 16; r++) m[r] = _mm512_maskz_loadu_epi16(valid, (const uint16_t *)rows[r] + k);
    ttq_transpose512(m);
    widen_pairs(m, w);
    return;
  }
  TTQ_UNROLL for (int h = 0; h < 2; h++) {
    const __mmask16 part = (__mmask16)(valid >> (16 * h));
    TTQ_UNROLL for (int r = 0; r < 16; r++) {
      const size_t first = k + 16 * (size_t)h;
      m[r] = element == TTQ_F32
        ? _mm512_maskz_loadu_epi32(part, (const float *)rows[r] + first)
        : _mm512_castps_si512(_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(part, (const uint16_t *)rows[r] + first)));
    }
    ttq_transpose512(m);
    TTQ_UNROLL for (int j = 0; j < 16; j++) w[16 * h + j] = _mm512_castsi512_ps(m[j]);
  }
}

// Scales a chunk by d into `v` and widens the rows' ranges. Channels past the count become -inf, whose code is 0. Of equal
// extremes the first is kept, as in the reference: it decides the sign of a zero. Parts of 8 channels break the chain of minima,
// whose latency would otherwise bound the pass.
TTQ_INLINE void scale_chunk(
  chunk_source load, const void *weights, const float *d, size_t k, int count, uint32_t element, __m512 *v, __m512 *low,
  __m512 *high
) {
  __m512 w[TTQ_CHUNK];
  load(weights, k, count, element, w);
  TTQ_UNROLL for (int part = 0; part < TTQ_CHUNK; part += 8) {
    __m512 least = _mm512_set1_ps(__builtin_inff()), most = _mm512_set1_ps(-__builtin_inff());
    TTQ_UNROLL for (int c = part; c < part + 8; c++) {
      if (c >= count) {
        v[c] = _mm512_set1_ps(-__builtin_inff());
        continue;
      }
      v[c] = _mm512_mul_ps(w[c], _mm512_set1_ps(d[k + (size_t)c]));
      least = _mm512_min_ps(v[c], least);
      most = _mm512_max_ps(v[c], most);
    }
    *low = _mm512_min_ps(least, *low);
    *high = _mm512_max_ps(most, *high);
  }
}

// Codes of four channels as a quad. The packing instructions saturate, which is the clamp:
//   i32   a0 a1 a2 a3 | b0 b1 b2 b3 | c.. | d..    in each lane of 128 bits, a letter a channel, a digit a row
//   u8    a0 a1 a2 a3 b0 b1 b2 b3 c0 ... d3   ->   a0 b0 c0 d0 a1 b1 ... d3
TTQ_INLINE __m512i code_quad(const __m512 v[4], __m512 minimum, __m512 inverse, int bits) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  __m512i n[4];
  TTQ_UNROLL for (int i = 0; i < 4; i++) {
    const __m512 steps = _mm512_mul_ps(_mm512_sub_ps(v[i], minimum), inverse);
    n[i] = _mm512_cvttps_epi32(_mm512_add_ps(steps, _mm512_set1_ps(0.5f)));
  }
  const __m512i bytes = _mm512_packus_epi16(_mm512_packs_epi32(n[0], n[1]), _mm512_packs_epi32(n[2], n[3]));
  const __m512i codes = _mm512_shuffle_epi8(bytes, order);
  return bits == 8 ? codes : _mm512_min_epu8(codes, _mm512_set1_epi8((char)((1 << bits) - 1)));
}

// Packs one group of one panel, the channels k ... end - 1 scaled by d, and returns the rows whose scale or minimum is not
// finite. `next`, where not NULL, are 16 rows of which the same channels are fetched into L2.
TTQ_INLINE __mmask16 quantize_group(
  chunk_source load, const void *weights, const void *const *next, const float *d, size_t k, size_t end, int bits,
  uint32_t element, uint8_t **packed
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  __m512 v[LONGEST_GROUP];
  __m512 low = _mm512_set1_ps(__builtin_inff()), high = _mm512_set1_ps(-__builtin_inff());
  size_t chunks = 0;
  for (; k < end; k += TTQ_CHUNK, chunks++) {
    if (next)
      TTQ_UNROLL for (int r = 0; r < 16; r++) _mm_prefetch((const char *)next[r] + width * k, _MM_HINT_T1);
    __m512 *chunk = v + TTQ_CHUNK * chunks;
    if (end - k >= TTQ_CHUNK) scale_chunk(load, weights, d, k, TTQ_CHUNK, element, chunk, &low, &high);
    else scale_chunk(load, weights, d, k, (int)(end - k), element, chunk, &low, &high);
  }

  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, NOT_FINITE = 0x99 };
  const __m512 levels = _mm512_set1_ps((float)((1 << bits) - 1)), zero = _mm512_setzero_ps();
  const __m256i scale16 = _mm512_cvtps_ph(_mm512_add_ps(_mm512_div_ps(_mm512_sub_ps(high, low), levels), zero), NEAREST);
  const __m256i minimum16 = _mm512_cvtps_ph(_mm512_add_ps(low, zero), NEAREST);
  const __m512 scale = _mm512_cvtph_ps(scale16), minimum = _mm512_cvtph_ps(minimum16);
  const __mmask16 some = _mm512_cmp_ps_mask(scale, zero, _CMP_NEQ_UQ);
  const __m512 inverse = _mm512_maskz_div_ps(some, _mm512_set1_ps(1), scale);

  for (size_t c = 0; c < chunks; c++) {
    __m512i quads[8];
    TTQ_UNROLL for (int q = 0; q < 8; q++) quads[q] = code_quad(v + TTQ_CHUNK * c + 4 * q, minimum, inverse, bits);
    ttq_store_chunk512(*packed, bits, quads);
    *packed += 64 * bits;
  }
  _mm512_stream_si512((__m512i *)*packed, _mm512_inserti64x4(_mm512_castsi256_si512(scale16), minimum16, 1));
  *packed += 64;
  return _mm512_fpclass_ps_mask(scale, NOT_FINITE) | _mm512_fpclass_ps_mask(minimum, NOT_FINITE);
}

TTQ_REGION_END
