#pragma once

// Include after vector_avx2.h, in a target region. cache_avx512.h has the same names.

#include "../x86/region.h"

// VF elements of a cache, without the scale of int8.
TTQ_INLINE vf cache_load(uint32_t element, const uint8_t *p) {
  if (element == TTQ_INT8) return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)p)));
  return vf_widen(element, p);
}

// The first `count` of them; the others read as 0 and are not touched in memory.
TTQ_INLINE vf cache_load_first(uint32_t element, const uint8_t *p, size_t count) {
  if (element != TTQ_INT8) return vf_widen_first(element, p, count);
  uint8_t first[VF] = {0}; // AVX2 has no masked load of bytes
  memcpy(first, p, count);
  return cache_load(element, first);
}

// Lane i is the sum of the lanes of rows[i]: two registers are folded into one at a time.
TTQ_INLINE vf row_sums(const vf rows[VF]) {
  vf fours[VF / 4]; // in each 128 bits, partial sums of four rows
  TTQ_UNROLL for (int i = 0; i < VF / 4; i++) {
    const vf *r = rows + 4 * i;
    const vf a = vf_add(_mm256_unpacklo_ps(r[0], r[1]), _mm256_unpackhi_ps(r[0], r[1]));
    const vf b = vf_add(_mm256_unpacklo_ps(r[2], r[3]), _mm256_unpackhi_ps(r[2], r[3]));
    fours[i] = vf_add(_mm256_shuffle_ps(a, b, 0x44), _mm256_shuffle_ps(a, b, 0xee));
  }
  return vf_add(_mm256_permute2f128_ps(fours[0], fours[1], 0x20), _mm256_permute2f128_ps(fours[0], fours[1], 0x31));
}
