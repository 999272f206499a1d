#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "ttq_kernels.h"

// vf: one register of VF floats. vector_avx2.h has the same names, so that a loop is written once for both; a file that
// includes one of them opens its own target region for what follows.
#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX512), always_inline)), apply_to = function)

typedef __m512 vf;
enum { VF = 16 };

static inline vf vf_all(float a) { return _mm512_set1_ps(a); }
static inline vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
static inline void vf_store(float *p, vf a) { _mm512_storeu_ps(p, a); }
static inline vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static inline vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf vf_abs(vf a) { return _mm512_abs_ps(a); }
static inline float vf_sum(vf a) { return _mm512_reduce_add_ps(a); }
static inline float vf_greatest(vf a) { return _mm512_reduce_max_ps(a); }
static inline vf vf_round(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline vf vf_trunc(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

// The magnitude of `a` (not negative) with the sign of `b`.
static inline vf vf_signed(vf a, vf b) { return _mm512_or_ps(a, _mm512_and_ps(b, _mm512_set1_ps(-0.0f))); }

// a * 2^n for integral n; results below the normal range round to a subnormal or zero.
static inline vf vf_scale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }

// Lanes below `count` (at most VF); the others read as 0 and are not touched in memory.
static inline __mmask16 vf_first(size_t count) { return (__mmask16)((1u << count) - 1); }
static inline vf vf_load_first(const float *p, size_t count) { return _mm512_maskz_loadu_ps(vf_first(count), p); }
static inline void vf_store_first(float *p, vf a, size_t count) { _mm512_mask_storeu_ps(p, vf_first(count), a); }
static inline vf vf_keep_first(vf a, vf other, size_t count) { return _mm512_mask_blend_ps(vf_first(count), other, a); }

// VF integers within -128...127 as bytes.
static inline void vf_store_i8(int8_t *p, vf a) {
  _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(a)));
}

// A bf16 is the high half of the f32 of the same value.
static inline vf vf_from_bf16(__m256i a) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(a), 16)); }

static inline vf vf_widen(uint32_t element, const void *p) {
  if (element == TTQ_F32) return vf_load(p);
  const __m256i half = _mm256_loadu_si256(p);
  return element == TTQ_F16 ? _mm512_cvtph_ps(half) : vf_from_bf16(half);
}

static inline vf vf_widen_first(uint32_t element, const void *p, size_t count) {
  if (element == TTQ_F32) return vf_load_first(p, count);
  const __m256i half = _mm256_maskz_loadu_epi16(vf_first(count), p);
  return element == TTQ_F16 ? _mm512_cvtph_ps(half) : vf_from_bf16(half);
}

// rows[i][j] <-> rows[j][i]: pairs, then quads of lanes within 128 bits, then the 128-bit parts.
static inline void vf_transpose(vf rows[VF]) {
  vf quads[VF];
  for (int i = 0; i < VF; i += 4) {
    const vf a = _mm512_unpacklo_ps(rows[i], rows[i + 1]), b = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    const vf c = _mm512_unpacklo_ps(rows[i + 2], rows[i + 3]), d = _mm512_unpackhi_ps(rows[i + 2], rows[i + 3]);
    quads[i] = _mm512_shuffle_ps(a, c, 0x44), quads[i + 1] = _mm512_shuffle_ps(a, c, 0xee);
    quads[i + 2] = _mm512_shuffle_ps(b, d, 0x44), quads[i + 3] = _mm512_shuffle_ps(b, d, 0xee);
  }
  for (int i = 0; i < 4; i++) {
    const vf a = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0x88), b = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0xdd);
    const vf c = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0x88);
    const vf d = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_f32x4(a, c, 0x88), rows[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    rows[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88), rows[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
}

#pragma clang attribute pop
