#pragma once

// Words of two bf16 for blocks512.h: vdpbf16ps multiplies and sums the pairs. Include in a target region.
enum { LANE = 2 };

TTQ_INLINE __m512i load_words(uint32_t element, const uint8_t *w, size_t count) {
  (void)element;
  return _mm512_maskz_loadu_epi16(count < 32 ? (1u << count) - 1 : ~0u, w);
}

// Rounded to nearest, ties to even; subnormals become 0.
TTQ_INLINE __m512i pack_words(const float *x, size_t count) {
  if (count >= 32) return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + 16), _mm512_loadu_ps(x));
  const uint32_t valid = (1u << count) - 1;
  const __m512 low = _mm512_maskz_loadu_ps((__mmask16)valid, x);
  const __m512 high = _mm512_maskz_loadu_ps((__mmask16)(valid >> 16), x + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

TTQ_INLINE __m512 add_products(__m512 sum, __m512i w, __m512i x) {
  return _mm512_dpbf16_ps(sum, (__m512bh)w, (__m512bh)x);
}
