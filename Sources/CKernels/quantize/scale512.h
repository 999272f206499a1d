#pragma once
#include <string.h>

#include "group512.h"
#include "rows512.h"

// A group of a panel, less the product of the factors where there are any, scaled. Include after factors512.h, in a target region.

TTQ_INLINE void scale_chunk(
  ttq_group512 *g, const char *rows, size_t stride, const panel_factors *factors, size_t k, const float *d, int count,
  uint32_t element, ttq_extremes512 *extremes
) {
  __m512i m[TTQ_CHUNK];
  ttq_load_chunk512(rows, stride, element, m);
  if (factors->words == 0) {
    ttq_group512_scale(g, m, d, count, element, extremes);
    return;
  }
  __m512 *v = ttq_group512_chunk(g, count);
  TTQ_UNROLL for (int block = 0; block < TTQ_CHUNK; block += FACTOR_BLOCK) {
    __m512 w[FACTOR_BLOCK];
    TTQ_UNROLL for (int c = 0; c < FACTOR_BLOCK; c++) w[c] = ttq_chunk_channel512(m, block + c, element);
    if (block < count) subtract_product(factors, k + (size_t)block, w);
    TTQ_UNROLL for (int part = 0; part < FACTOR_BLOCK; part += 8)
      ttq_group512_part(v + block + part, w + part, d + block + part, count - block - part, extremes);
  }
}

// A group of rows that are no constant stride apart, or of which the last chunk is short: from a copy.
static __attribute__((noinline)) ttq_extremes512 scale_copy(
  ttq_group512 *g, const ttq_quantize_args *a, const void *const *rows, const panel_factors *factors, size_t first,
  size_t channels, uint32_t element
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  char copy[TTQ_PANEL][4 * TTQ_LONGEST_GROUP];
  float d[TTQ_LONGEST_GROUP] = {0};
  ttq_copy_rows512(rows, width * first, width * channels, copy);
  memcpy(d, a->d + first, sizeof *d * channels);
  ttq_extremes512 extremes = ttq_group512_begin(g);
  for (size_t k = 0; k < channels; k += TTQ_CHUNK) {
    const int count = channels - k < TTQ_CHUNK ? (int)(channels - k) : TTQ_CHUNK;
    const char *chunk = copy[0] + width * k;
    if (element == TTQ_BF16)
      scale_chunk(g, chunk, sizeof copy[0], factors, first + k, d + k, count, TTQ_BF16, &extremes);
    else if (element == TTQ_F16)
      scale_chunk(g, chunk, sizeof copy[0], factors, first + k, d + k, count, TTQ_F16, &extremes);
    else scale_chunk(g, chunk, sizeof copy[0], factors, first + k, d + k, count, TTQ_F32, &extremes);
  }
  return extremes;
}

// Channels first ... first + channels - 1 of the panel of row n. Where `fetch` is set, weights are fetched ahead of their use.
TTQ_INLINE ttq_extremes512 scale_group(
  const ttq_quantize_args *a, size_t n, size_t first, size_t channels, size_t stride, const panel_factors *factors,
  uint32_t element, int fetch, ttq_group512 *group
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  if (__builtin_expect(stride == 0 || channels % TTQ_CHUNK != 0, 0))
    return scale_copy(group, a, a->rows + n, factors, first, channels, element);
  ttq_extremes512 extremes = ttq_group512_begin(group);
  for (size_t k = first; k < first + channels; k += TTQ_CHUNK) {
    for (size_t line = 0; fetch && line < TTQ_CHUNK * width; line += 64)
      ttq_fetch_rows512(a, n, width, width * k + line, stride);
    const char *rows = (const char *)a->rows[n] + width * k;
    scale_chunk(group, rows, stride, factors, k, a->d + k, TTQ_CHUNK, element, &extremes);
  }
  return extremes;
}
