#pragma once
#include <immintrin.h>

#include "../include/ttq_layout.h"
#include "region.h"

// A chunk of layout panel16 in 512-bit registers. A quad is four channels of sixteen rows: byte 4 r + i is channel 4 q + i of
// row r, which is what vpdpbusd wants. A chunk is eight quads; ttq_layout.h says how their bits are kept in planes.

TTQ_REGION(TTQ_TARGET_AVX512)

// The fields of quad q in a plane, moved up by `up` bits; other bits of the bytes hold neighbours and must be masked.
TTQ_INLINE __m512i ttq_plane_field512(const uint8_t *plane, int width, int q, int up) {
  const int fields = 8 / width, down = width * (q % fields) - up;
  const __m512i v = _mm512_loadu_si512(plane + 64 * (q / fields));
  return down < 0 ? _mm512_slli_epi32(v, (unsigned)-down) : _mm512_srli_epi32(v, (unsigned)down);
}

// Codes of quad q, one a byte. With 3 and 5 bits the last bit comes from a plane of its own:
//   first plane  x x h h h h . x      . is garbage
//   last plane   x x x x x x x l      0xca: bit 0 of the mask picks l, the others the first plane
TTQ_INLINE __m512i ttq_quad512(const uint8_t *chunk, int bits, int q) {
  const __m512i mask = _mm512_set1_epi8((char)((1 << bits) - 1));
  if (bits == 8) return _mm512_loadu_si512(chunk + 64 * q);
  if (bits == 4 || bits == 2) return _mm512_and_si512(ttq_plane_field512(chunk, bits, q, 0), mask);
  const __m512i high = ttq_plane_field512(chunk, bits - 1, q, 1);
  const __m512i low = ttq_plane_field512(chunk + 64 * (bits - 1), 1, q, 0);
  return _mm512_and_si512(_mm512_ternarylogic_epi32(_mm512_set1_epi8(1), low, high, 0xca), mask);
}

// Codes of channel 4 q + i as f32, exact.
TTQ_INLINE __m512 ttq_channel512(__m512i quad, int i) {
  return _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(quad, (unsigned)(8 * i)), _mm512_set1_epi32(255)));
}

// Sixteen scales or minima of a group.
TTQ_INLINE __m512 ttq_halves512(const uint8_t *halves) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)halves));
}

// Stores a panel's results from row `first` on into y, those of rows below `end`.
TTQ_INLINE void ttq_store_rows512(float *y, size_t first, size_t end, __m512 rows) {
  if (end - first >= TTQ_PANEL) _mm512_storeu_ps(y + first, rows);
  else _mm512_mask_storeu_ps(y + first, (__mmask16)((1u << (end - first)) - 1), rows);
}

// Stores bits low ... low + width - 1 of every code of a chunk as a plane.
TTQ_INLINE void ttq_store_plane512(uint8_t *plane, int width, int low, const __m512i quads[8]) {
  const int fields = 8 / width;
  TTQ_UNROLL for (int v = 0; v < width; v++) {
    __m512i sum = _mm512_setzero_si512();
    TTQ_UNROLL for (int f = 0; f < fields; f++) {
      const __m512i shifted = _mm512_srli_epi32(quads[v * fields + f], (unsigned)low);
      const __m512i field = _mm512_and_si512(shifted, _mm512_set1_epi8((char)((1 << width) - 1)));
      sum = _mm512_or_si512(sum, _mm512_slli_epi32(field, (unsigned)(width * f)));
    }
    _mm512_stream_si512((__m512i *)(plane + 64 * v), sum);
  }
}

// Stores a chunk of codes below 2^bits past the caches, to an address aligned to 64 bytes.
TTQ_INLINE void ttq_store_chunk512(uint8_t *chunk, int bits, const __m512i quads[8]) {
  const int split = bits == 3 || bits == 5;
  ttq_store_plane512(chunk, bits - split, split, quads);
  if (split) ttq_store_plane512(chunk + 64 * (bits - 1), 1, 0, quads);
}

TTQ_REGION_END
