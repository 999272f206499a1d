#pragma once
#include "panel512.h"

// Where a kernel that walks a panel group by group finds scales and minima, in either layout whose chunks are those of panel16.
// A kernel passes the layout as a constant.

TTQ_REGION(TTQ_TARGET_AVX512)

// A scale and a minimum of each of sixteen rows, or the steps of a panel.
typedef struct { __m512 scale, minimum; } ttq_side512;

// The steps of the panel at `panel`; panel16 has none.
TTQ_INLINE ttq_side512 ttq_steps512(const uint8_t *panel, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return (ttq_side512){_mm512_setzero_ps(), _mm512_setzero_ps()};
  return (ttq_side512){ttq_halves512(panel), ttq_halves512(panel + 32)};
}

// Before the codes of group j: in compact16 the line of two groups stands before the codes of the first.
TTQ_INLINE void ttq_side512_before(const uint8_t **w, const uint8_t **side, size_t j, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return;
  *side = j % 2 ? *side + 32 : *w;
  *w += j % 2 ? 0 : 64;
}

// After them: in panel16 the group's own line.
TTQ_INLINE void ttq_side512_after(const uint8_t **w, const uint8_t **side, uint32_t layout) {
  if (layout == TTQ_LAYOUT_COMPACT16) return;
  *side = *w;
  *w += 64;
}

// The scales and minima at `side`.
TTQ_INLINE ttq_side512 ttq_side512_read(const uint8_t *side, ttq_side512 steps, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return (ttq_side512){ttq_halves512(side), ttq_halves512(side + 32)};
  const __m512i scale = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)side));
  const __m512i minimum = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(side + 16)));
  return (ttq_side512){
    _mm512_mul_ps(_mm512_cvtepi32_ps(scale), steps.scale), _mm512_mul_ps(_mm512_cvtepi32_ps(minimum), steps.minimum)};
}

TTQ_REGION_END
