#pragma once
#include <assert.h>

#include "../x86/transpose.h"
#include "matmul_rows.h"

// Products by blocks of 64 rows x 256 words for AVX-512. A word is what a 32-bit lane holds: LANE neighbouring channels of a
// row or a token. Include in a target region, after the definition of
//   LANE                             channels of a word
//   load_words(element, w, count)    16 words of a row; channels from `count` on, where that is below 16 LANE, are 0
//   pack_words(x, count)             16 words of a token, likewise
//   add_products(sum, w, x)          sum + the product of each lane

enum {
  BLOCK_PANELS = 4,
  BLOCK_ROWS = BLOCK_PANELS * TTQ_PANEL,
  TILE_TOKENS = 6,  // 24 sums, 4 registers of rows and 1 or 2 of a token
  CHUNK_WORDS = 16, // a transpose of 16 rows
  CHUNK_CHANNELS = CHUNK_WORDS * LANE,
  BLOCK_CHANNELS = TTQ_MATMUL_BLOCK_WORDS * LANE,
  // Rows of tokens a power of two apart would fight for the same sets of a cache.
  TOKEN_WORDS = TTQ_MATMUL_TOKEN_WORDS
};

// One step: the channels k ... k + channels - 1 of some tokens and some rows.
typedef struct {
  const ttq_matmul_args *args;
  size_t t, tokens, n, rows, k, channels;
  uint32_t *x;      // tokens rows of TOKEN_WORDS
  uint32_t *panels; // for each word: BLOCK_PANELS vectors of 16 rows
} block_step;

TTQ_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Rounds (or copies) the step's tokens into words, and pads them with zeros to whole chunks.
static __attribute__((noinline)) void pack_tokens(const block_step *s) {
  for (size_t i = 0; i < s->tokens; i++) {
    const float *x = s->args->x + (s->t + i) * s->args->x_stride + s->k;
    for (size_t c = 0; c < s->channels; c += CHUNK_CHANNELS)
      _mm512_store_si512(s->x + i * TOKEN_WORDS + c / LANE, pack_words(x + c, s->channels - c));
  }
}

// Transposes the step's rows into panels; rows past the last repeat it.
TTQ_INLINE void transpose_rows(const block_step *s, uint32_t element) {
  const size_t bytes = element == TTQ_F32 ? 4 : 2;
  for (size_t first = 0; first < BLOCK_ROWS; first += TTQ_PANEL) {
    const uint8_t *rows[TTQ_PANEL];
    TTQ_UNROLL for (size_t r = 0; r < TTQ_PANEL; r++)
      rows[r] = (const uint8_t *)s->args->w + ((s->n + smaller(first + r, s->rows - 1)) * s->args->k + s->k) * bytes;
    for (size_t c = 0; c < s->channels; c += CHUNK_CHANNELS) {
      __m512i m[TTQ_PANEL];
      TTQ_UNROLL for (int r = 0; r < TTQ_PANEL; r++) m[r] = load_words(element, rows[r] + c * bytes, s->channels - c);
      ttq_transpose512(m);
      uint32_t *panel = s->panels + c / LANE * BLOCK_ROWS + first;
      TTQ_UNROLL for (int j = 0; j < CHUNK_WORDS; j++) _mm512_store_si512(panel + j * BLOCK_ROWS, m[j]);
    }
  }
}

// What a tile has fetched while it computes: rows of the next step, `stride` bytes apart.
typedef struct { const char *rows; size_t stride, count, channel_bytes; } fetch_ahead;

// y of `tokens` tokens x BLOCK_ROWS rows. Memory is asked for a line or two at a time, chunk by chunk: asked for all at once,
// the lines of the next rows and of y would take every miss that the core can have under way, and the tile would stand still.
TTQ_INLINE void multiply_tile(const block_step *s, size_t t, size_t tokens, fetch_ahead ahead) {
  enum { Y_LINES = 2 };
  const size_t stride = s->args->y_stride;
  const uint32_t *panels = s->panels, *x = s->x + t * TOKEN_WORDS;
  float *y = s->args->y + (s->t + t) * stride + s->n;
  __m512 sums[TILE_TOKENS][BLOCK_PANELS];
  TTQ_UNROLL for (size_t i = 0; i < tokens; i++)
    TTQ_UNROLL for (int p = 0; p < BLOCK_PANELS; p++) sums[i][p] = _mm512_setzero_ps();

  size_t line = 0;
  for (size_t c = 0; c < s->channels; c += CHUNK_CHANNELS) {
    for (size_t r = 0; r < ahead.count; r++)
      _mm_prefetch(ahead.rows + r * ahead.stride + c * ahead.channel_bytes, _MM_HINT_T1);
    for (size_t end = smaller(line + Y_LINES, tokens * BLOCK_PANELS); line < end; line++)
      __builtin_prefetch(y + line / BLOCK_PANELS * stride + line % BLOCK_PANELS * TTQ_PANEL, 1);
    for (int j = 0; j < CHUNK_WORDS; j++, panels += BLOCK_ROWS, x++) {
      __m512i w[BLOCK_PANELS];
      TTQ_UNROLL for (int p = 0; p < BLOCK_PANELS; p++) w[p] = _mm512_load_si512(panels + p * TTQ_PANEL);
      TTQ_UNROLL for (size_t i = 0; i < tokens; i++) {
        const __m512i u = _mm512_set1_epi32((int)x[i * TOKEN_WORDS]);
        TTQ_UNROLL for (int p = 0; p < BLOCK_PANELS; p++) sums[i][p] = add_products(sums[i][p], w[p], u);
      }
    }
  }

  TTQ_UNROLL for (size_t i = 0; i < tokens; i++)
    TTQ_UNROLL for (size_t p = 0; p < BLOCK_PANELS; p++) {
      const size_t first = p * TTQ_PANEL, left = s->rows < first ? 0 : s->rows - first;
      const __mmask16 rows = left < TTQ_PANEL ? (__mmask16)((1u << left) - 1) : 0xffff;
      float *to = y + i * stride + first;
      __m512 sum = sums[i][p];
      if (s->k > 0) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(rows, to));
      _mm512_mask_storeu_ps(to, rows, sum);
    }
}

// The step that follows, for whose rows memory is asked while the tokens of this one pass by.
TTQ_INLINE fetch_ahead following_rows(const block_step *s, size_t bytes) {
  const ttq_matmul_args *a = s->args;
  size_t n = s->n + BLOCK_ROWS, k = s->k;
  if (n >= a->n) n = 0, k += BLOCK_CHANNELS;
  return (fetch_ahead){.rows = (const char *)a->w + (n * a->k + k) * bytes, .stride = a->k * bytes,
                       .count = k < a->k ? smaller(BLOCK_ROWS, a->n - n) : 0, .channel_bytes = bytes};
}

static __attribute__((noinline)) void multiply_tokens(const block_step *s, fetch_ahead next) {
  const size_t tiles = s->tokens / TILE_TOKENS, share = (next.count + tiles - 1) / (tiles ? tiles : 1);
  size_t t = 0;
  for (; t + TILE_TOKENS <= s->tokens; t += TILE_TOKENS) {
    fetch_ahead ahead = next;
    ahead.count = smaller(share, next.count);
    multiply_tile(s, t, TILE_TOKENS, ahead);
    next.rows += ahead.count * next.stride, next.count -= ahead.count;
  }
  const fetch_ahead none = {0};
  switch (s->tokens - t) {
    case 1: multiply_tile(s, t, 1, none); break;
    case 2: multiply_tile(s, t, 2, none); break;
    case 3: multiply_tile(s, t, 3, none); break;
    case 4: multiply_tile(s, t, 4, none); break;
    case 5: multiply_tile(s, t, 5, none); break;
  }
}

// Blocks of tokens outermost, then of channels, then of rows: the words of the tokens stay in the second-level cache while
// all rows pass by, 64 at a time, read from memory and transposed once for up to 512 tokens. `visit`, where there is one, sees
// each step with its panels transposed.
TTQ_INLINE void multiply_by_blocks(
  const ttq_matmul_args *a, uint32_t element, void (*visit)(const block_step *, void *), void *context
) {
  assert(a->k > 0 && a->x_stride >= a->k && a->y_stride >= a->n);
  block_step s = {.args = a, .x = (uint32_t *)a->scratch};
  s.panels = s.x + TTQ_MATMUL_BLOCK_TOKENS * TOKEN_WORDS;
  for (s.t = 0; s.t < a->tokens; s.t += TTQ_MATMUL_BLOCK_TOKENS) {
    s.tokens = smaller(TTQ_MATMUL_BLOCK_TOKENS, a->tokens - s.t);
    for (s.k = 0; s.k < a->k; s.k += BLOCK_CHANNELS) {
      s.channels = smaller(BLOCK_CHANNELS, a->k - s.k);
      pack_tokens(&s);
      for (s.n = 0; s.n < a->n; s.n += BLOCK_ROWS) {
        s.rows = smaller(BLOCK_ROWS, a->n - s.n);
        transpose_rows(&s, element);
        if (visit) visit(&s, context);
        multiply_tokens(&s, following_rows(&s, element == TTQ_F32 ? 4 : 2));
      }
    }
  }
}
