#pragma once
#include <string.h>

#include "group512.h"
#include "rows512.h"

// quantize with a low-rank part: what is scaled and packed is w less the product of the factors. Two panels share each broadcast
// of A, as otherwise loads, not multiply-adds, would bound the pass.

TTQ_REGION(TTQ_TARGET_AVX512)

// A as f32 in blocks of 16 channels: block k / 16 is 16 channels of row 0, of row 1 and so on; 0 past K.
static void widen_a(const ttq_low_rank *factors, size_t k, float *to) {
  for (size_t first = 0; first < k; first += 16) {
    const __mmask16 valid = k - first < 16 ? (__mmask16)((1u << (k - first)) - 1) : (__mmask16)0xffff;
    for (size_t i = 0; i < factors->rank; i++, to += 16) {
      const __m256i row = _mm256_maskz_loadu_epi16(valid, factors->a + i * k + first);
      _mm512_store_ps(to, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(row), 16)));
    }
  }
}

// 16 rows of B from row n on, as f32 and transposed: 16 rows of column 0, of column 1 and so on.
static void widen_b(const ttq_low_rank *factors, size_t n, float *to) {
  for (size_t first = 0; first < factors->rank; first += TTQ_CHUNK) {
    const size_t columns = factors->rank - first < TTQ_CHUNK ? factors->rank - first : TTQ_CHUNK;
    const __mmask32 valid = columns < TTQ_CHUNK ? (1u << columns) - 1 : ~0u;
    __m512i m[16];
    TTQ_UNROLL for (size_t r = 0; r < 16; r++)
      m[r] = _mm512_maskz_loadu_epi16(valid, factors->b + (n + r) * factors->rank + first);
    ttq_transpose512(m);
    for (size_t c = 0; c < columns; c++, to += 16) {
      const __m512i pair = _mm512_sllv_epi32(m[c / 2], _mm512_set1_epi32(c % 2 ? 0 : 16));
      _mm512_store_ps(to, _mm512_castsi512_ps(_mm512_and_si512(pair, _mm512_set1_epi32((int)0xffff0000))));
    }
  }
}

// A chunk of raw weights as f32.
TTQ_INLINE void widen_chunk(const char *rows, size_t stride, uint32_t element, __m512 v[TTQ_CHUNK]) {
  __m512i m[TTQ_CHUNK];
  ttq_load_chunk512(rows, stride, element, m);
  TTQ_UNROLL for (int c = 0; c < TTQ_CHUNK; c++) v[c] = ttq_chunk_channel512(m, c, element);
}

// Takes the product of the factors from 8 channels of `panels` panels and scales what is left. Channels past the count become
// -inf, whose code the clamp makes 0.
TTQ_INLINE void subtract_part(
  __m512 *const v[2], const float *const b[2], const float *a, size_t rank, const float *d, int count, int panels,
  ttq_extremes512 extremes[2]
) {
  __m512 u[2][8];
  TTQ_UNROLL for (int p = 0; p < panels; p++) TTQ_UNROLL for (int c = 0; c < 8; c++) u[p][c] = v[p][c];
  for (size_t i = 0; i < rank; i++) {
    __m512 column[2];
    TTQ_UNROLL for (int p = 0; p < panels; p++) column[p] = _mm512_load_ps(b[p] + 16 * i);
    TTQ_UNROLL for (int c = 0; c < 8; c++) {
      const __m512 factor = _mm512_set1_ps(a[16 * i + (size_t)c]);
      TTQ_UNROLL for (int p = 0; p < panels; p++) u[p][c] = _mm512_fnmadd_ps(column[p], factor, u[p][c]);
    }
  }
  TTQ_UNROLL for (int p = 0; p < panels; p++) {
    TTQ_UNROLL for (int c = 0; c < 8; c++) {
      if (c >= count) {
        v[p][c] = _mm512_set1_ps(-__builtin_inff());
        continue;
      }
      v[p][c] = _mm512_mul_ps(u[p][c], _mm512_set1_ps(d[c]));
      extremes[p].low = _mm512_min_ps(v[p][c], extremes[p].low);
      extremes[p].high = _mm512_max_ps(v[p][c], extremes[p].high);
    }
  }
}

// One group of `panels` panels, 1 or 2.
TTQ_INLINE void scale_residual(
  const ttq_quantize_args *a, size_t n, size_t first, size_t channels, const size_t stride[2], const float *wide_a,
  const float *const wide_b[2], int panels, uint32_t element, ttq_group512 *const g[2], ttq_extremes512 extremes[2]
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  const char *rows[2];
  size_t step[2];
  char copy[2][TTQ_PANEL][4 * TTQ_LONGEST_GROUP];
  TTQ_UNROLL for (int p = 0; p < panels; p++) {
    extremes[p] = ttq_group512_begin(g[p]);
    rows[p] = (const char *)a->rows[n + TTQ_PANEL * (size_t)p] + width * first, step[p] = stride[p];
    if (__builtin_expect(stride[p] != 0 && channels % TTQ_CHUNK == 0, 1)) continue;
    ttq_copy_rows512(a->rows + n + TTQ_PANEL * (size_t)p, width * first, width * channels, copy[p]);
    rows[p] = copy[p][0], step[p] = sizeof copy[p][0];
  }
  for (size_t k = 0; k < channels; k += TTQ_CHUNK) {
    __m512 *v[2];
    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      v[p] = g[p]->v + k;
      g[p]->chunks++;
      widen_chunk(rows[p] + width * k, step[p], element, v[p]);
      if (channels - k < TTQ_CHUNK) g[p]->bounded = 0;
    }
    for (size_t c = 0; c < TTQ_CHUNK; c += 8) {
      const size_t at = first + k + c;
      __m512 *const part[2] = {v[0] + c, panels == 2 ? v[1] + c : NULL};
      const float *factors = wide_a + at / 16 * 16 * a->low_rank.rank + at % 16;
      const long left = (long)(channels - k) - (long)c;
      if (left >= 8) subtract_part(part, wide_b, factors, a->low_rank.rank, a->d + at, 8, panels, extremes);
      else subtract_part(part, wide_b, factors, left > 0 ? a->low_rank.rank : 0, a->d + at, (int)left, panels, extremes);
    }
  }
}

TTQ_INLINE __mmask16 quantize_residual_panels(
  const ttq_quantize_args *a, size_t n, const float *wide_a, float *wide_b, int panels, int bits, uint32_t element,
  uint32_t layout
) {
  const size_t width = element == TTQ_F32 ? 4 : 2, rank = a->low_rank.rank;
  const float *const b[2] = {wide_b, wide_b + 16 * rank};
  ttq_group512 groups[2][2];
  ttq_group512 *before[2] = {NULL, NULL};
  uint8_t *packed[2];
  size_t stride[2];
  __mmask16 bad = 0;
  TTQ_UNROLL for (int p = 0; p < panels; p++) {
    const size_t row = n + TTQ_PANEL * (size_t)p;
    widen_b(&a->low_rank, row, wide_b + 16 * rank * (size_t)p);
    packed[p] = a->packed + row * ttq_row_bytes(a->k, (size_t)bits, a->group);
    stride[p] = ttq_stride512(a->rows + row);
  }
  int turn = 0;
  for (size_t first = 0; first < a->k; first += a->group, turn ^= 1) {
    const size_t channels = first + a->group < a->k ? a->group : a->k - first;
    ttq_group512 *const g[2] = {&groups[0][turn], &groups[1][turn]};
    ttq_extremes512 extremes[2];
    TTQ_UNROLL for (int p = 0; p < panels; p++)
      for (size_t line = 0; line < width * channels; line += 64)
        ttq_fetch_rows512(a, n + TTQ_PANEL * (size_t)p, panels * TTQ_PANEL, width, width * first + line, stride[p]);
    scale_residual(a, n, first, channels, stride, wide_a, b, panels, element, g, extremes);
    TTQ_UNROLL for (int p = 0; p < panels; p++) {
      bad |= ttq_group512_range(g[p], extremes[p], bits);
      if (before[p]) packed[p] = ttq_group512_store(before[p], bits, layout, packed[p]);
      before[p] = g[p];
    }
  }
  TTQ_UNROLL for (int p = 0; p < panels; p++) ttq_group512_store(before[p], bits, layout, packed[p]);
  return bad;
}

// Scratch: rank x K padded to 16 of A, rank x 32 of B.
TTQ_INLINE uint32_t quantize_residual(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  float *wide_a = a->scratch, *wide_b = wide_a + a->low_rank.rank * ((a->k + 15) / 16 * 16);
  __mmask16 bad = 0;
  size_t n = 0;
  widen_a(&a->low_rank, a->k, wide_a);
  for (; n + 2 * TTQ_PANEL <= a->n; n += 2 * TTQ_PANEL)
    bad |= quantize_residual_panels(a, n, wide_a, wide_b, 2, bits, element, layout);
  if (n < a->n) bad |= quantize_residual_panels(a, n, wide_a, wide_b, 1, bits, element, layout);
  return bad != 0;
}

TTQ_REGION_END
