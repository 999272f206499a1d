#include "qmatmul_rows.h"

#if defined(__x86_64__)
#include "planes.h"

// 96 bytes of operands for a chunk of 32 channels, of which a float a channel is room enough.
size_t ttq_qmatmul_planes_floats(size_t k, size_t group) {
  (void)group;
  return ttq_padded_k(k);
}

TTQ_REGION(TTQ_TARGET_AVX512BITALG)

// The eight bit planes of a chunk's activations, the highest first, each as three operands of 32 bits: the first sixteen
// channels twice, the last sixteen twice, and all.
enum { X_PLANES = 8, OPERANDS = 3 };
enum { MOST_CHANNELS = 8192 };  // 24 KiB of operands

TTQ_INLINE void bit_planes(const int8_t *x, size_t count, uint8_t *prepared) {
  for (size_t k = 0; k < count; k += TTQ_CHUNK, prepared += 4 * OPERANDS * X_PLANES) {
    __m256i codes = _mm256_loadu_si256((const __m256i *)(x + k));
    TTQ_UNROLL for (size_t b = 0; b < X_PLANES; b++, codes = _mm256_add_epi8(codes, codes)) {
      const uint32_t plane = _mm256_movepi8_mask(codes);
      const uint32_t operands[OPERANDS] = {(plane & 0xffff) * 0x10001, (plane >> 16) * 0x10001, plane};
      TTQ_UNROLL for (size_t i = 0; i < OPERANDS; i++) memcpy(prepared + 4 * (X_PLANES * i + b), operands + i, 4);
    }
  }
}

TTQ_INLINE __m512i common_bits(__m512i w, const uint8_t *plane) {
  int32_t x;
  memcpy(&x, plane, 4);
  return _mm512_popcnt_epi16(_mm512_and_si512(w, _mm512_set1_epi32(x)));
}

// The product of a plane of weights by one of activations is the count of their common bits. The planes of activations are
// summed by Horner's rule; the highest, which is the sign, counts -1.
TTQ_INLINE void count(const uint8_t *w, const uint8_t *operands, int bits, __m512i sums[MOST_SUMS]) {
  TTQ_UNROLL for (int s = 0; s < SUMS(bits); s++) {
    const int odd = 2 * s + 1 == bits;
    const __m512i w0 = _mm512_loadu_si512(w + 128 * s), w1 = odd ? w0 : _mm512_loadu_si512(w + 128 * s + 64);
    __m512i sum = _mm512_setzero_si512();
    TTQ_UNROLL for (int b = 0; b < X_PLANES; b++) {
      const uint8_t *first = operands + 4 * b, *second = first + 4 * X_PLANES, *all = second + 4 * X_PLANES;
      const __m512i counts = odd ? common_bits(w0, all) : _mm512_add_epi16(common_bits(w0, first), common_bits(w1, second));
      sum = b == 0 ? _mm512_sub_epi16(sum, counts) : _mm512_add_epi16(_mm512_add_epi16(sum, sum), counts);
    }
    sums[s] = _mm512_add_epi16(sums[s], sum);
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx512bitalg_r16x1_q##bits(const ttq_qmatmul_args *a) { \
    planes_cover(a, bits, (planes_method){4 * OPERANDS * X_PLANES, MOST_CHANNELS, bit_planes, count}); \
  }

KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(8)

TTQ_REGION_END
#endif
