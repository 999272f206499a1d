#pragma once
#include <assert.h>
#include <string.h>

#include "../x86/region.h"
#include "qmatmul_rows.h"

// What every qmatmul kernel of layouts panel16 and compact16 does around its register tile.

// One register tile: the panel of row n times tokens t ... t + tokens - 1. A kernel passes `bits` and `tokens` as constants, and
// the tile is inlined for them.
typedef void (*ttq_tile)(const ttq_qmatmul_args *, size_t n, size_t t, int bits, int tokens);

// Covers tokens t ..< end of a panel by full tiles, then ever smaller ones.
TTQ_INLINE void ttq_cover_tokens(
  const ttq_qmatmul_args *a, size_t n, size_t t, size_t end, int bits, int tokens, ttq_tile tile
) {
  for (; t + (size_t)tokens <= end; t += (size_t)tokens) tile(a, n, t, bits, tokens);
  if (tokens > 8) for (; t + 8 <= end; t += 8) tile(a, n, t, bits, 8);
  if (tokens > 4) for (; t + 4 <= end; t += 4) tile(a, n, t, bits, 4);
  if (tokens > 2) for (; t + 2 <= end; t += 2) tile(a, n, t, bits, 2);
  if (tokens > 1) for (; t < end; t++) tile(a, n, t, bits, 1);
}

// Covers the problem. Tokens go in blocks whose activations (half a MiB) stay in L2 while all panels pass by; each panel is read
// from memory once for each block.
TTQ_INLINE void ttq_cover(const ttq_qmatmul_args *a, int bits, int tokens, size_t element_bytes, ttq_tile tile) {
  assert(a->bits == (size_t)bits && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n);
  const size_t fits = (512 << 10) / (ttq_padded_k(a->k) * element_bytes), whole = fits / (size_t)tokens * (size_t)tokens;
  const size_t block = whole > 0 ? whole : (size_t)tokens;
  for (size_t t = 0; t < a->tokens; t += block) {
    const size_t end = t + block < a->tokens ? t + block : a->tokens;
    for (size_t n = 0; n < a->n; n += TTQ_PANEL) ttq_cover_tokens(a, n, t, end, bits, tokens, tile);
  }
}

// Tokens of the next tile where `rest` are left: six, and one or two tiles of three to five for what is left at the end, since
// a tile of one or two has too few chains to fill the pipes.
static inline size_t ttq_tile_tokens(size_t rest) {
  return rest == 6 || rest >= 10 ? 6 : rest > 6 ? (rest + 1) / 2 : rest;
}

// Chunks of the group that begins at padded channel k.
static inline size_t ttq_chunks(const ttq_qmatmul_args *a, size_t k) {
  const size_t rest = ttq_padded_k(a->k) - k;
  return (rest < a->group ? rest : a->group) / TTQ_CHUNK;
}

// Where the panel of row n begins, in a layout, and in panel16 or planes16.
static inline const uint8_t *ttq_layout_panel(const ttq_qmatmul_args *a, size_t n, uint32_t layout) {
  return a->packed + n / TTQ_PANEL * ttq_layout_panel_bytes(layout, a->k, a->bits, a->group);
}
static inline const uint8_t *ttq_panel(const ttq_qmatmul_args *a, size_t n) {
  return ttq_layout_panel(a, n, TTQ_LAYOUT_PANEL16);
}

// Hides where a pointer comes from: the compiler then addresses rows from it by multiples of the stride, where it would keep,
// and spill, one pointer for each row.
#define TTQ_OPAQUE(pointer) __asm__("" : "+r"(pointer))

// The int8 activations of four channels.
static inline int32_t ttq_four_codes(const int8_t *x) {
  int32_t four;
  memcpy(&four, x, 4);
  return four;
}

// Fetches what a chunk of `bits` lines will be, `distance` bytes further on; past the end of the weights that is a no-op.
TTQ_INLINE void ttq_fetch_ahead(const uint8_t *w, size_t distance, int bits) {
  TTQ_UNROLL for (int line = 0; line < bits; line++)
    __builtin_prefetch((const void *)((uintptr_t)w + distance + 64 * (size_t)line), 0, 3);
}
