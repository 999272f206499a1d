#pragma once
#include <string.h>

#include "factors256.h"
#include "group256.h"

// A group of a panel, less the product of the factors where there are any, scaled.

TTQ_REGION(TTQ_TARGET_AVX2)

// Rows of a tensor follow one another, and panels are one stretch of memory: fetches part i of 8 of what takes a chunk's place
// further on in it. Spread over the work on a chunk, since one burst would fill the queue of misses and then leave it empty.
TTQ_INLINE void ttq_fetch_ahead256(const char *first_row, size_t width, size_t k, size_t i) {
  enum { STRETCH = 96 << 10 };
  const uintptr_t lines = (uintptr_t)first_row + width * (k * TTQ_PANEL + 64 * i) + STRETCH;
  TTQ_UNROLL for (size_t line = 0; line < width; line++) _mm_prefetch((const char *)(lines + 64 * line), _MM_HINT_T1);
}

// The chunk of channels k and after, of which `count` are weights, of 16 rows that begin at channel `from` of the tensor.
TTQ_INLINE void ttq_scale_chunk256(
  const ttq_quantize_args *a, const char *const rows[TTQ_PANEL], size_t k, size_t from, const float *d, int count, int residual,
  uint32_t element, ttq_group256 *g, ttq_extremes256 extremes[2]
) {
  const size_t width = element == TTQ_F32 ? 4 : 2, at = TTQ_CHUNK * g->chunks++;
  __m256 *const values[2] = {g->v[0] + at, g->v[1] + at};
  for (int h = 0; h < 2; h++) {
    ttq_extremes256 range = extremes[h];
    TTQ_UNROLL for (int part = 0; part < TTQ_CHUNK; part += 8) {
      ttq_fetch_ahead256(rows[0], width, k, (size_t)(4 * h + part / 8));
      __m256 w[8], *v = values[h] + part;
      ttq_load_part256(rows + 8 * h, k + (size_t)part, element, w);
      if (residual) TTQ_UNROLL for (int c = 0; c < 8; c++) v[c] = w[c];
      else ttq_group256_part(v, w, d + part, 8, count - part, &range);
    }
    extremes[h] = range;
  }
  if (!residual) return;
  enum { BLOCK = TTQ_FACTOR_BLOCK256 };
  for (int block = 0; block < TTQ_CHUNK; block += BLOCK) {
    __m256 u[2][BLOCK];
    TTQ_UNROLL for (int h = 0; h < 2; h++)
      TTQ_UNROLL for (int c = 0; c < BLOCK; c++) u[h][c] = values[h][block + c];
    ttq_subtract_product256(a, from + k + (size_t)block, u);
    TTQ_UNROLL for (int h = 0; h < 2; h++)
      ttq_group256_part(values[h] + block, u[h], d + block, BLOCK, count - block, extremes + h);
  }
}

// The last group of a row may end within a chunk: it is scaled from a copy, completed with zeros.
static __attribute__((noinline)) void ttq_scale_short256(
  const ttq_quantize_args *a, size_t n, size_t first, int residual, uint32_t element, ttq_group256 *g, ttq_extremes256 extremes[2]
) {
  const size_t width = element == TTQ_F32 ? 4 : 2, channels = a->k - first;
  char copy[TTQ_PANEL][4 * TTQ_LONGEST_GROUP256];
  const char *rows[TTQ_PANEL];
  for (size_t r = 0; r < TTQ_PANEL; r++) {
    memcpy(copy[r], (const char *)a->rows[n + r] + width * first, width * channels);
    memset(copy[r] + width * channels, 0, sizeof copy[r] - width * channels);
    rows[r] = copy[r];
  }
  for (size_t k = 0; k < channels; k += TTQ_CHUNK) {
    const int count = channels - k < TTQ_CHUNK ? (int)(channels - k) : TTQ_CHUNK;
    const float *d = a->d + first + k;
    if (element == TTQ_BF16) ttq_scale_chunk256(a, rows, k, first, d, count, residual, TTQ_BF16, g, extremes);
    else if (element == TTQ_F16) ttq_scale_chunk256(a, rows, k, first, d, count, residual, TTQ_F16, g, extremes);
    else ttq_scale_chunk256(a, rows, k, first, d, count, residual, TTQ_F32, g, extremes);
  }
}

// Channels first ... first + channels - 1 of the panel of row n.
TTQ_INLINE void ttq_scale_group256(
  const ttq_quantize_args *a, size_t n, size_t first, size_t channels, int residual, uint32_t element, ttq_group256 *g,
  ttq_extremes256 extremes[2]
) {
  const char *const *rows = (const char *const *)a->rows + n;
  extremes[0] = extremes[1] = ttq_group256_begin();
  g->chunks = 0;
  if (__builtin_expect(channels % TTQ_CHUNK != 0, 0)) {
    ttq_scale_short256(a, n, first, residual, element, g, extremes);
    return;
  }
  for (size_t k = first; k < first + channels; k += TTQ_CHUNK)
    ttq_scale_chunk256(a, rows, k, 0, a->d + k, TTQ_CHUNK, residual, element, g, extremes);
}

TTQ_REGION_END
