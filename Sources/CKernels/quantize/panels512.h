#pragma once
#include <assert.h>

#include "scale512.h"

// quantize into layouts panel16 and planes16, panel after panel. Codes are written past the caches: they are read after the whole tensor
// is packed. Include after factors512.h, in a target region.

TTQ_INLINE uint32_t pack_panels(const ttq_quantize_args *a, int residual, int bits, uint32_t element, uint32_t layout) {
  ttq_group512 groups[2], *group = groups, *before = NULL;
  panel_factors factors = residual ? factors_of(a) : (panel_factors){0};
  uint8_t *packed = a->packed;
  __mmask16 bad = 0;
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    if (residual) lay_out_b(&a->low_rank, factors.words, n, factors.b);
    const size_t stride = ttq_stride512(a->rows + n);
    for (size_t first = 0; first < a->k; first += a->group) {
      const size_t channels = first + a->group < a->k ? a->group : a->k - first;
      const ttq_extremes512 extremes = scale_group(a, n, first, channels, stride, &factors, element, 1, group);
      bad |= ttq_group512_range(group, extremes, bits);
      if (before) packed = ttq_group512_store(before, bits, layout, packed);
      before = group;
      group = group == groups ? groups + 1 : groups;
    }
  }
  if (before) ttq_group512_store(before, bits, layout, packed);
  _mm_sfence();
  return bad != 0;
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int bits, uint32_t element, uint32_t layout) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0 && (uintptr_t)a->packed % 64 == 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= TTQ_LONGEST_GROUP);
  return a->low_rank.rank ? pack_panels(a, 1, bits, element, layout) : pack_panels(a, 0, bits, element, layout);
}
