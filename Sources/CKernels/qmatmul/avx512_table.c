#include "qmatmul_rows.h"

#if defined(__x86_64__)
#include "planes.h"

// Three tables of 256 bytes together for sixteen channels.
size_t ttq_qmatmul_table_floats(size_t k, size_t group) {
  (void)group;
  return 4 * ttq_padded_k(k);
}

TTQ_REGION(TTQ_TARGET_AVX512)

// The sums of all subsets of 16 channels' activations, as three tables of 16-bit entries: entry s is the sum of the channels
// whose bits are set in s. Five channels make the 32 entries of one register, six the 64 of two.
enum { TABLE_BYTES = 4 * 64 };
enum { MOST_CHANNELS = 1024 };  // 16 KiB of tables

TTQ_INLINE __m512i five_channels(const int8_t *x) {
  static const uint32_t having[5] = {0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000};
  __m512i sum = _mm512_setzero_si512();
  TTQ_UNROLL for (int i = 0; i < 5; i++) sum = _mm512_mask_add_epi16(sum, having[i], sum, _mm512_set1_epi16(x[i]));
  return sum;
}

TTQ_INLINE void tables(const int8_t *x, size_t count, uint8_t *prepared) {
  for (size_t k = 0; k < count; k += 16, prepared += TABLE_BYTES) {
    const __m512i last = five_channels(x + k + 10);
    _mm512_store_si512(prepared, five_channels(x + k));
    _mm512_store_si512(prepared + 64, five_channels(x + k + 5));
    _mm512_store_si512(prepared + 128, last);
    _mm512_store_si512(prepared + 192, _mm512_add_epi16(last, _mm512_set1_epi16(x[k + 15])));
  }
}

// A word of a plane is sixteen channels of a row: three look-ups, by its bits 0-4, 5-9 and 10-15, stand for sixteen
// multiply-adds by 0 or 1. The look-ups themselves ignore the higher bits of an index.
TTQ_INLINE void look_up(const uint8_t *w, const uint8_t *operands, int bits, __m512i sums[MOST_SUMS]) {
  TTQ_UNROLL for (int half = 0; half < 2; half++, operands += TABLE_BYTES) {
    __m512i table[4];
    TTQ_UNROLL for (int i = 0; i < 4; i++) table[i] = _mm512_load_si512(operands + 64 * i);
    TTQ_UNROLL for (int s = 0; s < SUMS(bits); s++) {
      const int odd = 2 * s + 1 == bits;
      const __m512i index = _mm512_loadu_si512(w + 128 * s + (odd ? 0 : 64 * half));
      __m512i sum = _mm512_permutexvar_epi16(index, table[0]);
      sum = _mm512_add_epi16(sum, _mm512_permutexvar_epi16(_mm512_srli_epi16(index, 5), table[1]));
      sum = _mm512_add_epi16(sum, _mm512_permutex2var_epi16(table[2], _mm512_srli_epi16(index, 10), table[3]));
      // Even words of an odd plane are the first half of the chunk, odd words the second.
      const __mmask32 words = !odd ? 0xffffffff : half ? 0xaaaaaaaa : 0x55555555;
      sums[s] = _mm512_mask_add_epi16(sums[s], words, sums[s], sum);
    }
  }
}

#define KERNEL(bits) \
  void ttq_qmatmul_a8_avx512_table_r16x1_q##bits(const ttq_qmatmul_args *a) { \
    planes_cover(a, bits, (planes_method){2 * TABLE_BYTES, MOST_CHANNELS, tables, look_up}); \
  }

KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(8)

TTQ_REGION_END
#endif
