#include "quantize_rows.h"

#if defined(__x86_64__)
#include <assert.h>
#include <string.h>

#include "../x86/panel256.h"
#include "../x86/transpose.h"

enum { LONGEST_GROUP = 128 };

TTQ_REGION(TTQ_TARGET_AVX2)

// 8 rows x 32 channels as f32, one vector of rows for each channel. Two bf16 make one element of the transpose:
// | channel 2 j + 1 | channel 2 j |, and either half is an f32 once the other is cleared.
TTQ_INLINE void load_chunk(const void *const rows[8], size_t k, uint32_t element, __m256 w[TTQ_CHUNK]) {
  const int step = element == TTQ_BF16 ? 16 : 8;
  TTQ_UNROLL for (int first = 0; first < TTQ_CHUNK; first += step) {
    __m256i m[8];
    TTQ_UNROLL for (int r = 0; r < 8; r++) {
      const size_t c = k + (size_t)first;
      m[r] = element == TTQ_BF16 ? _mm256_loadu_si256((const __m256i *)((const uint16_t *)rows[r] + c))
        : element == TTQ_F32     ? _mm256_loadu_si256((const __m256i *)((const float *)rows[r] + c))
                                 : _mm256_castps_si256(_mm256_cvtph_ps(
                                     _mm_loadu_si128((const __m128i *)((const uint16_t *)rows[r] + c))));
    }
    ttq_transpose256(m);
    TTQ_UNROLL for (int j = 0; j < 8; j++) {
      if (element != TTQ_BF16) {
        w[first + j] = _mm256_castsi256_ps(m[j]);
        continue;
      }
      w[first + 2 * j] = _mm256_castsi256_ps(_mm256_slli_epi32(m[j], 16));
      w[first + 2 * j + 1] = _mm256_castsi256_ps(_mm256_and_si256(m[j], _mm256_set1_epi32((int)0xffff0000)));
    }
  }
}

// Which chunk of which half of a panel is scaled, and whether the product of the factors is taken from it.
typedef struct {
  const ttq_quantize_args *args;
  size_t k;
  int half, residual;
} chunk_place;

// The factors as f32: rank rows of KP channels of A, then 16 rows of the panel for each column of B.
static void widen_a(const ttq_quantize_args *a) {
  const size_t padded = ttq_padded_k(a->k), rank = a->low_rank.rank;
  for (size_t i = 0; i < rank; i++)
    for (size_t k = 0; k < padded; k++) {
      const uint32_t bits = k < a->k ? (uint32_t)a->low_rank.a[ttq_low_rank_order(i, rank) * a->k + k] << 16 : 0;
      memcpy(a->scratch + i * padded + k, &bits, sizeof bits);
    }
}

static void widen_b(const ttq_quantize_args *a, size_t n) {
  const size_t rank = a->low_rank.rank;
  float *columns = a->scratch + rank * ttq_padded_k(a->k);
  for (size_t i = 0; i < rank; i++)
    for (size_t r = 0; r < TTQ_PANEL; r++) {
      const uint32_t bits = (uint32_t)a->low_rank.b[(n + r) * rank + ttq_low_rank_order(i, rank)] << 16;
      memcpy(columns + TTQ_PANEL * i + r, &bits, sizeof bits);
    }
}

// Takes the product of the factors from a chunk of half a panel, 8 channels at a time in registers.
TTQ_INLINE void subtract_product(const ttq_quantize_args *a, size_t k, int half, __m256 w[TTQ_CHUNK]) {
  const size_t padded = ttq_padded_k(a->k), rank = a->low_rank.rank;
  const float *columns = a->scratch + rank * padded + 8 * half;
  TTQ_UNROLL for (int part = 0; part < TTQ_CHUNK; part += 8) {
    __m256 u[8];
    TTQ_UNROLL for (int c = 0; c < 8; c++) u[c] = w[part + c];
    for (size_t i = 0; i < rank; i++) {
      const __m256 column = _mm256_loadu_ps(columns + TTQ_PANEL * i);
      const float *row = a->scratch + i * padded + k + part;
      TTQ_UNROLL for (int c = 0; c < 8; c++) u[c] = _mm256_fnmadd_ps(column, _mm256_set1_ps(row[c]), u[c]);
    }
    TTQ_UNROLL for (int c = 0; c < 8; c++) w[part + c] = u[c];
  }
}

// Scales a chunk by d into `v` and widens the rows' ranges. Channels past the count become -inf, whose code is 0. Of equal
// extremes the first is kept, as in the reference: it decides the sign of a zero. Parts of 8 channels break the chain of minima,
// whose latency would otherwise bound the pass.
TTQ_INLINE void scale_chunk(
  const chunk_place *at, const void *const rows[8], size_t k, int count, uint32_t element, __m256 *v, __m256 *low, __m256 *high
) {
  const float *d = at->args->d + at->k;
  __m256 w[TTQ_CHUNK];
  load_chunk(rows, k, element, w);
  if (at->residual) subtract_product(at->args, at->k, at->half, w);
  TTQ_UNROLL for (int part = 0; part < TTQ_CHUNK; part += 8) {
    __m256 least = _mm256_set1_ps(__builtin_inff()), most = _mm256_set1_ps(-__builtin_inff());
    TTQ_UNROLL for (int c = part; c < part + 8; c++) {
      if (c >= count) {
        v[c] = _mm256_set1_ps(-__builtin_inff());
        continue;
      }
      v[c] = _mm256_mul_ps(w[c], _mm256_set1_ps(d[c]));
      least = _mm256_min_ps(v[c], least);
      most = _mm256_max_ps(v[c], most);
    }
    *low = _mm256_min_ps(least, *low);
    *high = _mm256_max_ps(most, *high);
  }
}

// The last chunk of a row may be short: it is completed with zeros outside the tensor.
static void scale_tail(
  const chunk_place *at, const void *const rows[8], size_t k, int count, uint32_t element, __m256 *v, __m256 *low, __m256 *high
) {
  const size_t width = element == TTQ_F32 ? 4 : 2;
  float tail[8][TTQ_CHUNK] = {{0}};
  const void *tails[8];
  for (int r = 0; r < 8; r++) {
    memcpy(tail[r], (const char *)rows[r] + width * k, width * (size_t)count);
    tails[r] = tail[r];
  }
  if (element == TTQ_BF16) scale_chunk(at, tails, 0, count, TTQ_BF16, v, low, high);
  else if (element == TTQ_F16) scale_chunk(at, tails, 0, count, TTQ_F16, v, low, high);
  else scale_chunk(at, tails, 0, count, TTQ_F32, v, low, high);
}

// Codes of four channels as a quad. The packing instructions saturate, which is the clamp:
//   i32   a0 a1 a2 a3 | b0 b1 b2 b3 | c.. | d..    in each lane of 128 bits, a letter a channel, a digit a row
//   u8    a0 a1 a2 a3 b0 b1 b2 b3 c0 ... d3   ->   a0 b0 c0 d0 a1 b1 ... d3
TTQ_INLINE __m256i code_quad(const __m256 v[4], __m256 minimum, __m256 inverse, int bits) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  __m256i n[4];
  TTQ_UNROLL for (int i = 0; i < 4; i++) {
    const __m256 steps = _mm256_mul_ps(_mm256_sub_ps(v[i], minimum), inverse);
    n[i] = _mm256_cvttps_epi32(_mm256_add_ps(steps, _mm256_set1_ps(0.5f)));
  }
  const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(n[0], n[1]), _mm256_packs_epi32(n[2], n[3]));
  const __m256i codes = _mm256_shuffle_epi8(bytes, order);
  return bits == 8 ? codes : _mm256_min_epu8(codes, _mm256_set1_epi8((char)((1 << bits) - 1)));
}

// Packs one group of half a panel and returns lanes of ones where a scale or a minimum is not finite.
TTQ_INLINE __m256 quantize_group(
  const ttq_quantize_args *a, const void *const rows[8], size_t k, int half, int residual, int bits, uint32_t element,
  uint8_t *packed
) {
  const size_t end = k + a->group < a->k ? k + a->group : a->k;
  __m256 v[LONGEST_GROUP];
  __m256 low = _mm256_set1_ps(__builtin_inff()), high = _mm256_set1_ps(-__builtin_inff());
  size_t chunks = 0;
  for (; k < end; k += TTQ_CHUNK, chunks++) {
    __m256 *chunk = v + TTQ_CHUNK * chunks;
    const chunk_place at = {a, k, half, residual};
    if (end - k >= TTQ_CHUNK) scale_chunk(&at, rows, k, TTQ_CHUNK, element, chunk, &low, &high);
    else scale_tail(&at, rows, k, (int)(end - k), element, chunk, &low, &high);
  }

  enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
  const __m256 levels = _mm256_set1_ps((float)((1 << bits) - 1)), zero = _mm256_setzero_ps();
  const __m128i scale16 = _mm256_cvtps_ph(_mm256_add_ps(_mm256_div_ps(_mm256_sub_ps(high, low), levels), zero), NEAREST);
  const __m128i minimum16 = _mm256_cvtps_ph(_mm256_add_ps(low, zero), NEAREST);
  const __m256 scale = _mm256_cvtph_ps(scale16), minimum = _mm256_cvtph_ps(minimum16);
  const __m256 some = _mm256_cmp_ps(scale, zero, _CMP_NEQ_UQ);
  const __m256 inverse = _mm256_and_ps(some, _mm256_div_ps(_mm256_set1_ps(1), scale));

  for (size_t c = 0; c < chunks; c++) {
    __m256i quads[8];
    TTQ_UNROLL for (int q = 0; q < 8; q++) quads[q] = code_quad(v + TTQ_CHUNK * c + 4 * q, minimum, inverse, bits);
    ttq_store_chunk256(packed, half, bits, quads);
    packed += 64 * bits;
  }
  _mm_storeu_si128((__m128i *)(packed + 16 * half), scale16);
  _mm_storeu_si128((__m128i *)(packed + 32 + 16 * half), minimum16);
  // Only what is not finite differs from itself less itself: inf - inf and NaN are NaN.
  const __m256 difference = _mm256_or_ps(_mm256_sub_ps(scale, scale), _mm256_sub_ps(minimum, minimum));
  return _mm256_cmp_ps(difference, zero, _CMP_NEQ_UQ);
}

TTQ_INLINE uint32_t quantize(const ttq_quantize_args *a, int residual, int bits, uint32_t element) {
  assert(a->bits == (size_t)bits && a->n % TTQ_PANEL == 0 && a->k > 0);
  assert(a->group % TTQ_CHUNK == 0 && a->group <= LONGEST_GROUP);
  const size_t group_bytes = 64 * ((size_t)bits * (a->group / TTQ_CHUNK) + 1);
  __m256 bad = _mm256_setzero_ps();
  if (residual) widen_a(a);
  for (size_t n = 0; n < a->n; n += TTQ_PANEL) {
    if (residual) widen_b(a, n);
    uint8_t *packed = a->packed + n / TTQ_PANEL * ttq_panel_bytes(a->k, (size_t)bits, a->group);
    for (size_t k = 0; k < a->k; k += a->group, packed += group_bytes)
      for (int half = 0; half < 2; half++)
        bad = _mm256_or_ps(bad, quantize_group(a, a->rows + n + 8 * half, k, half, residual, bits, element, packed));
  }
  return _mm256_movemask_ps(bad) != 0;
}

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx2_r16_q##bits(const ttq_quantize_args *a) { \
    return a->low_rank.rank ? quantize(a, 1, bits, element) : quantize(a, 0, bits, element); \
  }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
