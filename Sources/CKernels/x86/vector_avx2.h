#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ttq_kernels.h"

// vf: one register of VF floats. vector_avx512.h has the same names, so that a loop is written once for both; a file that
// includes one of them opens its own target region for what follows.
#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2), always_inline)), apply_to = function)

typedef __m256 vf;
enum { VF = 8 };

static inline vf vf_all(float a) { return _mm256_set1_ps(a); }
static inline vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
static inline void vf_store(float *p, vf a) { _mm256_storeu_ps(p, a); }
static inline vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
static inline vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static inline vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static inline vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
static inline vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
static inline vf vf_round(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline vf vf_trunc(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

static inline float vf_sum(vf a) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline float vf_greatest(vf a) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

// The magnitude of `a` (not negative) with the sign of `b`.
static inline vf vf_signed(vf a, vf b) { return _mm256_or_ps(a, _mm256_and_ps(b, _mm256_set1_ps(-0.0f))); }

// a * 2^n for integral n; results below the normal range are 0. 2^n is (n + 127) in the exponent's bits 23...30.
static inline vf vf_scale2(vf a, vf n) {
  const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  const __m256i exponent = _mm256_max_epi32(biased, _mm256_setzero_si256());
  return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}

// Lanes below `count` (at most VF); the others read as 0 and are not touched in memory.
static inline __m256i vf_first(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vf vf_load_first(const float *p, size_t count) { return _mm256_maskload_ps(p, vf_first(count)); }
static inline void vf_store_first(float *p, vf a, size_t count) { _mm256_maskstore_ps(p, vf_first(count), a); }
static inline vf vf_keep_first(vf a, vf other, size_t count) {
  return _mm256_blendv_ps(other, a, _mm256_castsi256_ps(vf_first(count)));
}

// VF integers within -128...127 as bytes.
static inline void vf_store_i8(int8_t *p, vf a) {
  const __m256i wide = _mm256_cvttps_epi32(a);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
  _mm_storel_epi64((__m128i *)(void *)p, _mm_packs_epi16(words, words));
}

// A bf16 is the high half of the f32 of the same value.
static inline vf vf_from_half(uint32_t element, __m128i a) {
  if (element == TTQ_F16) return _mm256_cvtph_ps(a);
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(a), 16));
}

static inline vf vf_widen(uint32_t element, const void *p) {
  return element == TTQ_F32 ? vf_load(p) : vf_from_half(element, _mm_loadu_si128(p));
}

static inline vf vf_widen_first(uint32_t element, const void *p, size_t count) {
  if (element == TTQ_F32) return vf_load_first(p, count);
  uint16_t first[VF] = {0}; // AVX2 has no masked load of 16-bit lanes
  memcpy(first, p, count * sizeof *first);
  return vf_from_half(element, _mm_loadu_si128((const __m128i *)(const void *)first));
}

// rows[i][j] <-> rows[j][i]: pairs, then quads of lanes within 128 bits, then the 128-bit parts.
static inline void vf_transpose(vf rows[VF]) {
  vf quads[VF];
  for (int i = 0; i < VF; i += 4) {
    const vf a = _mm256_unpacklo_ps(rows[i], rows[i + 1]), b = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
    const vf c = _mm256_unpacklo_ps(rows[i + 2], rows[i + 3]), d = _mm256_unpackhi_ps(rows[i + 2], rows[i + 3]);
    quads[i] = _mm256_shuffle_ps(a, c, 0x44), quads[i + 1] = _mm256_shuffle_ps(a, c, 0xee);
    quads[i + 2] = _mm256_shuffle_ps(b, d, 0x44), quads[i + 3] = _mm256_shuffle_ps(b, d, 0xee);
  }
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

#pragma clang attribute pop
