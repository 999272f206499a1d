#pragma once

// Words of one f32 for blocks512.h. Include in a target region.
enum { LANE = 1 };

TTQ_INLINE __m512i load_words(uint32_t element, const uint8_t *w, size_t count) {
  return _mm512_castps_si512(count < VF ? vf_widen_first(element, w, count) : vf_widen(element, w));
}

TTQ_INLINE __m512i pack_words(const float *x, size_t count) {
  return _mm512_castps_si512(count < VF ? vf_load_first(x, count) : vf_load(x));
}

TTQ_INLINE __m512 add_products(__m512 sum, __m512i w, __m512i x) {
  return vf_fma(_mm512_castsi512_ps(w), _mm512_castsi512_ps(x), sum);
}
