#if defined(__x86_64__)
#include <assert.h>
#include <immintrin.h>

#include "../x86/region.h"
#include "matmul_rows.h"
#include "ttq_kernels.h"

TTQ_REGION(TTQ_TARGET_AVX512BF16)
#include "words_bf16.h"

enum {
  CHUNK = 16 * LANE, // channels of a register
  SUMS = 16,         // rows x tokens of a tile: they are reduced together into one register
  MOST_TOKENS = 8,   // of a tile
  PIECE_WORDS = 512  // of 8 tokens: 16 KiB, a third of a first-level cache
};

TTQ_INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Sixteen registers of sums to one: lane i is the sum of all lanes of sums[i].
TTQ_INLINE __m512 reduce(const __m512 sums[SUMS]) {
  __m512 a[8], b[4], c[2];
  TTQ_UNROLL for (int i = 0; i < 8; i++)
    a[i] = _mm512_add_ps(_mm512_unpacklo_ps(sums[2 * i], sums[2 * i + 1]), _mm512_unpackhi_ps(sums[2 * i], sums[2 * i + 1]));
  // b[i] holds in each lane of 128 bits a part of the sums 4 i ... 4 i + 3.
  TTQ_UNROLL for (int i = 0; i < 4; i++) {
    const __m512d even = _mm512_castps_pd(a[2 * i]), odd = _mm512_castps_pd(a[2 * i + 1]);
    b[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(even, odd)), _mm512_castpd_ps(_mm512_unpackhi_pd(even, odd)));
  }
  TTQ_UNROLL for (int i = 0; i < 2; i++)
    c[i] = _mm512_add_ps(_mm512_shuffle_f32x4(b[2 * i], b[2 * i + 1], 0x88), _mm512_shuffle_f32x4(b[2 * i], b[2 * i + 1], 0xdd));
  return _mm512_add_ps(_mm512_shuffle_f32x4(c[0], c[1], 0x88), _mm512_shuffle_f32x4(c[0], c[1], 0xdd));
}

// Channels k ... k + channels - 1 of tokens t ... t + tokens - 1, as words, PIECE_WORDS apart.
typedef struct {
  const ttq_matmul_args *args;
  size_t t, tokens, k, channels;
  const uint32_t *x;
} token_piece;

// y of 16 / tokens rows from n on x `tokens` tokens from the piece's `first` on. Rows past the last one repeat it and are not
// written.
TTQ_INLINE void dot_tile(const token_piece *b, size_t n, size_t first, size_t tokens) {
  const ttq_matmul_args *a = b->args;
  const size_t rows = SUMS / tokens, k = a->k, tile = rows * k * 2;
  // Rows are short: they would end before the hardware's prefetchers are up to speed. The rows of the next tile come too late.
  const size_t ahead = 2 * tile;
  const uint8_t *w[SUMS];
  __m512 sums[SUMS];
  TTQ_UNROLL for (size_t r = 0; r < rows; r++)
    w[r] = (const uint8_t *)a->w + ((n + r < a->n ? n + r : a->n - 1) * k + b->k) * 2;
  TTQ_UNROLL for (int i = 0; i < SUMS; i++) sums[i] = _mm512_setzero_ps();
  const uint32_t *x = b->x + first * PIECE_WORDS;
  size_t c = 0;
  for (; c + CHUNK <= b->channels; c += CHUNK) {
    __m512i u[MOST_TOKENS];
    TTQ_UNROLL for (size_t i = 0; i < tokens; i++) u[i] = _mm512_load_si512(x + i * PIECE_WORDS + c / LANE);
    TTQ_UNROLL for (size_t r = 0; r < rows; r++) {
      _mm_prefetch((const char *)w[r] + c * 2 + ahead, _MM_HINT_T0);
      const __m512i v = _mm512_loadu_si512(w[r] + c * 2);
      TTQ_UNROLL for (size_t i = 0; i < tokens; i++) sums[i * rows + r] = add_products(sums[i * rows + r], v, u[i]);
    }
  }
  if (c < b->channels)
    TTQ_UNROLL for (size_t r = 0; r < rows; r++) {
      const __m512i v = load_words(TTQ_BF16, w[r] + c * 2, b->channels - c);
      TTQ_UNROLL for (size_t i = 0; i < tokens; i++)
        sums[i * rows + r] = add_products(sums[i * rows + r], v, _mm512_load_si512(x + i * PIECE_WORDS + c / LANE));
    }
  const __m512 total = reduce(sums);
  const size_t exist = a->n - n < rows ? a->n - n : rows;
  const __mmask16 mask = (__mmask16)((1u << exist) - 1);
  TTQ_UNROLL for (size_t i = 0; i < tokens; i++) {
    float *y = a->y + (b->t + first + i) * a->y_stride + n;
    __m512 sum = _mm512_maskz_compress_ps((__mmask16)(mask << (i * rows)), total);
    if (b->k > 0) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, y));
    _mm512_mask_storeu_ps(y, mask, sum);
  }
}

// The piece's product with at most 16 rows. A tile is 2 rows x 8 tokens, 4 x 4, 8 x 2 or 16 x 1.
static __attribute__((noinline)) void dot_rows(const token_piece *b, size_t n, size_t end) {
  size_t t = 0;
  for (; t + 8 <= b->tokens; t += 8)
    for (size_t i = n; i < end; i += 2) dot_tile(b, i, t, 8);
  if (b->tokens & 4) {
    for (size_t i = n; i < end; i += 4) dot_tile(b, i, t, 4);
    t += 4;
  }
  if (b->tokens & 2) {
    for (size_t i = n; i < end; i += 8) dot_tile(b, i, t, 2);
    t += 2;
  }
  if (b->tokens & 1) dot_tile(b, n, t, 1);
}

// Up to 16 tokens at a time meet the weights once, as they come from memory: 16 rows after 16 rows, and of these piece after
// piece, for a piece of the tokens fits the first-level cache.
void ttq_matmul_bf16_bf16_avx512bf16_r2x8(const ttq_matmul_args *a) {
  assert(a->k > 0 && a->x_stride >= a->k && a->y_stride >= a->n);
  uint32_t *x = (uint32_t *)a->scratch;
  enum { MOST_CHANNELS = TTQ_MATMUL_DOT_WORDS * LANE, PIECE = PIECE_WORDS * LANE };
  for (size_t t = 0; t < a->tokens; t += TTQ_MATMUL_DOT_TOKENS) {
    const size_t tokens = least(TTQ_MATMUL_DOT_TOKENS, a->tokens - t);
    for (size_t k = 0; k < a->k; k += MOST_CHANNELS) {
      const size_t channels = least(MOST_CHANNELS, a->k - k);
      for (size_t c = 0; c < channels; c += CHUNK)
        for (size_t i = 0; i < tokens; i++)
          _mm512_store_si512(x + (c / PIECE * tokens + i) * PIECE_WORDS + c % PIECE / LANE,
                             pack_words(a->x + (t + i) * a->x_stride + k + c, channels - c));
      for (size_t n = 0; n < a->n; n += SUMS)
        for (size_t c = 0; c < channels; c += PIECE) {
          const token_piece piece = {a, t, tokens, k + c, least(PIECE, channels - c), x + c / LANE * tokens};
          dot_rows(&piece, n, least(n + SUMS, a->n));
        }
    }
  }
}

TTQ_REGION_END
#endif
