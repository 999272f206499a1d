#pragma once
#include "panel512.h"

// A chunk of layout planes16 from the quads of panel512.h: byte 4 r + i of quad q is the code of channel 4 q + i of row r.

TTQ_REGION(TTQ_TARGET_AVX512)

// Bit `plane` of the codes of sixteen channels of each row, in four quads, as the low word of the row's lane. Two quads put
// their bits into bytes as 000b000a; weighted 1, 2, 4, 8 and summed over a lane, these bytes become bbbbaaaa.
TTQ_INLINE __m512i ttq_plane_words512(const __m512i quads[4], int plane) {
  const __m512i bit = _mm512_set1_epi8(1), place = _mm512_set1_epi32(0x08040201), one = _mm512_set1_epi16(1);
  __m512i half[2];
  TTQ_UNROLL for (int i = 0; i < 2; i++) {
    const __m512i a = _mm512_and_si512(_mm512_srli_epi32(quads[2 * i], (unsigned)plane), bit);
    const __m512i b = _mm512_and_si512(_mm512_srli_epi32(quads[2 * i + 1], (unsigned)plane), bit);
    const __m512i both = _mm512_or_si512(a, _mm512_slli_epi32(b, 4));
    half[i] = _mm512_madd_epi16(_mm512_maddubs_epi16(both, place), one);
  }
  return _mm512_or_si512(half[0], _mm512_slli_epi32(half[1], 8));
}

// Stores a chunk of codes below 2^bits past the caches, to an address aligned to 64 bytes.
TTQ_INLINE void ttq_store_planes512(uint8_t *chunk, int bits, const __m512i quads[8]) {
  TTQ_UNROLL for (int p = 0; p < bits; p += 2) {
    const int alone = p + 1 == bits;
    TTQ_UNROLL for (int h = 0; h < (alone ? 1 : 2); h++) {
      const __m512i low = ttq_plane_words512(quads + 4 * h, p);
      const __m512i high = alone ? ttq_plane_words512(quads + 4, p) : ttq_plane_words512(quads + 4 * h, p + 1);
      _mm512_stream_si512((__m512i *)(chunk + 64 * (p + h)), _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
  }
}

TTQ_REGION_END
