#include "tiling.h"

#if defined(__x86_64__)
#include "../x86/panel256.h"

enum { HALVES = 2, MOST_TOKENS = 4 };
enum { AHEAD = 8192 };  // bytes between the weights in use and those being fetched

TTQ_REGION(TTQ_TARGET_AVX2)

// vpmaddubsw adds two products of an unsigned code and a signed activation in 16 bits, saturating. Sums of a chunk stay exact
// there while they fit: 4 bits 16 * 15 * 127 = 30480; 5 bits 8 * 31 * 127 = 31496, so these are flushed to 32 bits after half a
// chunk. 8-bit codes go as two nibbles, high ones weighted 16 when they are flushed.
TTQ_INLINE void tile(const ttq_qmatmul_args *a, size_t n, size_t t, int bits, int tokens) {
  const size_t kp = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const int nibbles = bits == 8, flush = bits == 5 ? 4 : 8;
  const __m256i one = _mm256_set1_epi16(1), sixteen = _mm256_set1_epi16(16), nibble = _mm256_set1_epi8(15);
  const uint8_t *w = ttq_panel(a, n);
  const int8_t *x = a->x_codes + t * kp;
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  __m256 y[HALVES][MOST_TOKENS];
  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++) y[h][i] = _mm256_setzero_ps();

  for (size_t k = 0, j = 0; k < kp; j++) {
    __m256i dot[HALVES][MOST_TOKENS];
    TTQ_UNROLL for (int h = 0; h < HALVES; h++)
      TTQ_UNROLL for (int i = 0; i < tokens; i++) dot[h][i] = _mm256_setzero_si256();

    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits) {
      ttq_fetch_ahead(w, AHEAD, bits);
      TTQ_UNROLL for (int h = 0; h < HALVES; h++)
        TTQ_UNROLL for (int begin = 0; begin < 8; begin += flush) {
          __m256i low[MOST_TOKENS], high[MOST_TOKENS];
          TTQ_UNROLL for (int i = 0; i < tokens; i++) low[i] = high[i] = _mm256_setzero_si256();
          TTQ_UNROLL for (int q = begin; q < begin + flush; q++) {
            const __m256i codes = ttq_quad256(w, h, bits, q);
            const __m256i first = nibbles ? _mm256_and_si256(codes, nibble) : codes;
            const __m256i second = _mm256_and_si256(_mm256_srli_epi32(codes, 4), nibble);
            TTQ_UNROLL for (int i = 0; i < tokens; i++) {
              const __m256i four = _mm256_set1_epi32(ttq_four_codes(x + (size_t)i * kp + k + 4 * (size_t)q));
              low[i] = _mm256_add_epi16(low[i], _mm256_maddubs_epi16(first, four));
              if (nibbles) high[i] = _mm256_add_epi16(high[i], _mm256_maddubs_epi16(second, four));
            }
          }
          TTQ_UNROLL for (int i = 0; i < tokens; i++) {
            dot[h][i] = _mm256_add_epi32(dot[h][i], _mm256_madd_epi16(low[i], one));
            if (nibbles) dot[h][i] = _mm256_add_epi32(dot[h][i], _mm256_madd_epi16(high[i], sixteen));
          }
        }
    }

    TTQ_UNROLL for (int h = 0; h < HALVES; h++) {
      const __m256 scale = ttq_halves256(w, h), minimum = ttq_halves256(w + 32, h);
      TTQ_UNROLL for (int i = 0; i < tokens; i++) {
        const __m256 both = _mm256_mul_ps(scale, _mm256_set1_ps(x_scale[(size_t)i * groups + j]));
        y[h][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[h][i]), both, y[h][i]);
        y[h][i] = _mm256_fmadd_ps(minimum, _mm256_set1_ps(x_sum[(size_t)i * groups + j]), y[h][i]);
      }
    }
    w += 64;
  }

  TTQ_UNROLL for (int h = 0; h < HALVES; h++)
    TTQ_UNROLL for (int i = 0; i < tokens; i++)
      ttq_store_rows256(a->y + (t + (size_t)i) * a->y_stride, n + 8 * (size_t)h, a->n, y[h][i]);
}

#define KERNEL(bits, tokens) \
  void ttq_qmatmul_a8_avx2_r16x##tokens##_q##bits(const ttq_qmatmul_args *a) { ttq_cover(a, bits, tokens, 1, tile); }
#define KERNELS(tokens) KERNEL(2, tokens) KERNEL(3, tokens) KERNEL(4, tokens) KERNEL(5, tokens) KERNEL(8, tokens)

KERNELS(1)
KERNELS(2)
KERNELS(4)

TTQ_REGION_END
#endif
