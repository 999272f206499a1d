#pragma once
#include "panel256.h"

// Where a kernel that walks a panel group by group finds scales and minima, in either layout whose chunks are those of panel16.
// A kernel passes the layout as a constant.

TTQ_REGION(TTQ_TARGET_AVX2)

// Begins group j, whose codes take `bytes`: moves w to them and returns where the group's scales and minima stand, `side` being where those
// of the group before do. In panel16 they stand behind the codes; in compact16 a line for two groups stands before the first.
TTQ_INLINE const uint8_t *ttq_begin_group256(const uint8_t **w, const uint8_t *side, size_t j, size_t bytes, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return *w + bytes;
  if (j % 2) return side + 32;
  *w += 64;
  return *w - 64;
}

// Moves w from the end of a group's codes to the next group.
TTQ_INLINE void ttq_end_group256(const uint8_t **w, uint32_t layout) { *w += layout == TTQ_LAYOUT_COMPACT16 ? 0 : 64; }

// A scale and a minimum of each of eight rows, or the steps of half a panel.
typedef struct { __m256 scale, minimum; } ttq_side256;

// The steps of a half of the panel at `panel`; panel16 has none.
TTQ_INLINE ttq_side256 ttq_steps256(const uint8_t *panel, int half, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return (ttq_side256){_mm256_setzero_ps(), _mm256_setzero_ps()};
  return (ttq_side256){ttq_halves256(panel, half), ttq_halves256(panel + 32, half)};
}

// The scales and minima at `side` of a half.
TTQ_INLINE ttq_side256 ttq_side256_read(const uint8_t *side, int half, ttq_side256 steps, uint32_t layout) {
  if (layout != TTQ_LAYOUT_COMPACT16) return (ttq_side256){ttq_halves256(side, half), ttq_halves256(side + 32, half)};
  const __m256i scale = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(side + 8 * half)));
  const __m256i minimum = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(side + 16 + 8 * half)));
  return (ttq_side256){
    _mm256_mul_ps(_mm256_cvtepi32_ps(scale), steps.scale), _mm256_mul_ps(_mm256_cvtepi32_ps(minimum), steps.minimum)};
}

TTQ_REGION_END
