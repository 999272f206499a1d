#pragma once
#include <immintrin.h>

#include "../include/ttq_layout.h"
#include "region.h"

// A chunk of layout panel16 in 256-bit registers: a vector of the layout is two registers, rows 0...7 and 8...15 (half 0 and
// 1). A quad is four channels of eight rows: byte 4 r + i is channel 4 q + i of row 8 half + r.

TTQ_REGION(TTQ_TARGET_AVX2)

// The fields of quad q in a plane, moved up by `up` bits; other bits of the bytes hold neighbours and must be masked.
TTQ_INLINE __m256i ttq_plane_field256(const uint8_t *plane, int half, int width, int q, int up) {
  const int fields = 8 / width, down = width * (q % fields) - up;
  const __m256i v = _mm256_loadu_si256((const __m256i *)(plane + 64 * (q / fields) + 32 * half));
  return down < 0 ? _mm256_slli_epi32(v, -down) : _mm256_srli_epi32(v, down);
}

// Codes of quad q, one a byte. With 3 and 5 bits the last bit comes from a plane of its own.
TTQ_INLINE __m256i ttq_quad256(const uint8_t *chunk, int half, int bits, int q) {
  const int split = bits == 3 || bits == 5;
  const __m256i mask = _mm256_set1_epi8((char)((1 << bits) - (1 << split)));
  const __m256i high = _mm256_and_si256(ttq_plane_field256(chunk, half, bits - split, q, split), mask);
  if (!split) return high;
  const __m256i low = ttq_plane_field256(chunk + 64 * (bits - 1), half, 1, q, 0);
  return _mm256_or_si256(high, _mm256_and_si256(low, _mm256_set1_epi8(1)));
}

// Codes of channel 4 q + i as f32, exact.
TTQ_INLINE __m256 ttq_channel256(__m256i quad, int i) {
  return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(quad, 8 * i), _mm256_set1_epi32(255)));
}

// Eight scales or minima of a group.
TTQ_INLINE __m256 ttq_halves256(const uint8_t *halves, int half) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(halves + 16 * half)));
}

// Lanes below `count`.
TTQ_INLINE __m256i ttq_lanes256(size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < 8 ? (int)count : 8), lane);
}

// Stores results of eight rows from row `first` on into y, those of rows below `end`.
TTQ_INLINE void ttq_store_rows256(float *y, size_t first, size_t end, __m256 rows) {
  if (first + 8 <= end) _mm256_storeu_ps(y + first, rows);
  else if (first < end) _mm256_maskstore_ps(y + first, ttq_lanes256(end - first), rows);
}

// Stores bits low ... low + width - 1 of every code of a half chunk as its half of a plane.
TTQ_INLINE void ttq_store_plane256(uint8_t *plane, int half, int width, int low, const __m256i quads[8]) {
  const int fields = 8 / width;
  TTQ_UNROLL for (int v = 0; v < width; v++) {
    __m256i sum = _mm256_setzero_si256();
    TTQ_UNROLL for (int f = 0; f < fields; f++) {
      const __m256i shifted = _mm256_srli_epi32(quads[v * fields + f], low);
      const __m256i field = _mm256_and_si256(shifted, _mm256_set1_epi8((char)((1 << width) - 1)));
      sum = _mm256_or_si256(sum, _mm256_slli_epi32(field, width * f));
    }
    _mm256_storeu_si256((__m256i *)(plane + 64 * v + 32 * half), sum);
  }
}

// Stores half a chunk of codes below 2^bits.
TTQ_INLINE void ttq_store_chunk256(uint8_t *chunk, int half, int bits, const __m256i quads[8]) {
  const int split = bits == 3 || bits == 5;
  ttq_store_plane256(chunk, half, bits - split, split, quads);
  if (split) ttq_store_plane256(chunk + 64 * (bits - 1), half, 1, 0, quads);
}

TTQ_REGION_END
