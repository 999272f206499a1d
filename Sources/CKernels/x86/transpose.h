#pragma once
#include <immintrin.h>

#include "../include/ttq_isa.h"
#include "region.h"

// Transposes of 32-bit elements in registers: rows of memory become vectors of rows, and back.

TTQ_REGION(TTQ_TARGET_AVX2)

TTQ_INLINE void ttq_transpose256(__m256i m[8]) {
  __m256i a[8], b[8];
  TTQ_UNROLL for (int i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_epi32(m[i], m[i + 1]);
    a[i + 1] = _mm256_unpackhi_epi32(m[i], m[i + 1]);
  }
  // b[4 i + j] holds in its lane of 128 bits L column 4 L + j of rows 4 i ... 4 i + 3.
  TTQ_UNROLL for (int i = 0; i < 8; i += 4) TTQ_UNROLL for (int j = 0; j < 2; j++) {
    b[i + 2 * j] = _mm256_unpacklo_epi64(a[i + j], a[i + j + 2]);
    b[i + 2 * j + 1] = _mm256_unpackhi_epi64(a[i + j], a[i + j + 2]);
  }
  TTQ_UNROLL for (int j = 0; j < 4; j++) {
    m[j] = _mm256_permute2x128_si256(b[j], b[4 + j], 0x20);
    m[4 + j] = _mm256_permute2x128_si256(b[j], b[4 + j], 0x31);
  }
}

TTQ_REGION_END

TTQ_REGION(TTQ_TARGET_AVX512)

TTQ_INLINE void ttq_transpose512(__m512i m[16]) {
  __m512i a[16], b[16];
  TTQ_UNROLL for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_epi32(m[i], m[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(m[i], m[i + 1]);
  }
  // b[4 i + j] holds in its lane of 128 bits L column 4 L + j of rows 4 i ... 4 i + 3.
  TTQ_UNROLL for (int i = 0; i < 16; i += 4) TTQ_UNROLL for (int j = 0; j < 2; j++) {
    b[i + 2 * j] = _mm512_unpacklo_epi64(a[i + j], a[i + j + 2]);
    b[i + 2 * j + 1] = _mm512_unpackhi_epi64(a[i + j], a[i + j + 2]);
  }
  TTQ_UNROLL for (int j = 0; j < 4; j++) {
    const __m512i even01 = _mm512_shuffle_i32x4(b[j], b[4 + j], 0x88), odd01 = _mm512_shuffle_i32x4(b[j], b[4 + j], 0xdd);
    const __m512i even23 = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0x88);
    const __m512i odd23 = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0xdd);
    m[j] = _mm512_shuffle_i32x4(even01, even23, 0x88);
    m[4 + j] = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
    m[8 + j] = _mm512_shuffle_i32x4(even01, even23, 0xdd);
    m[12 + j] = _mm512_shuffle_i32x4(odd01, odd23, 0xdd);
  }
}

TTQ_REGION_END
