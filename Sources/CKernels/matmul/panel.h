#pragma once

// Include after a vector_*.h, <assert.h> and <string.h>, in a target region.

#include "../x86/panel.h"
#include "matmul_rows.h"

// A block of rows x depth is widened and transposed once for all tokens and stays in the second-level cache. The tokens pass
// by in tiles, copied so that rows of x a power of two apart do not fight for the same sets of the first-level cache; y
// carries the sum from one depth to the next.
static inline __attribute__((always_inline)) void multiply_block(
    uint32_t element, const ttq_matmul_args *a, size_t n, size_t rows, size_t k, size_t depth) {
  float *block = a->scratch, *tile = block + TTQ_MATMUL_BLOCK_ROWS * TTQ_MATMUL_DEPTH;
  const uint8_t *w = (const uint8_t *)a->w + (n * a->k + k) * (element == TTQ_F32 ? 4 : 2);
  const size_t stride = a->k * (element == TTQ_F32 ? 4 : 2);
  for (size_t r = 0; r < rows; r += PANEL)
    pack_panel(element, w + r * stride, a->k, rows - r < PANEL ? rows - r : PANEL, depth, block + r * TTQ_MATMUL_DEPTH,
               w + (r + PANEL) * stride);
  for (size_t t = 0; t < a->tokens; t += PANEL_TOKENS) {
    const size_t tokens = a->tokens - t < PANEL_TOKENS ? a->tokens - t : PANEL_TOKENS;
    for (size_t i = 0; i < tokens; i++)
      memcpy(tile + i * TTQ_MATMUL_DEPTH, a->x + (t + i) * a->x_stride + k, depth * sizeof *tile);
    for (size_t r = 0; r < rows; r += PANEL) {
      const panel_product product = {
          .panel = block + r * TTQ_MATMUL_DEPTH, .panel_stride = PANEL,
          .columns = rows - r < PANEL ? rows - r : PANEL, .depth = depth,
          .x = tile, .x_stride = TTQ_MATMUL_DEPTH,
          .y = a->y + t * a->y_stride + n + r, .y_stride = a->y_stride, .accumulate = k > 0,
      };
      multiply_panel(&product, 0, tokens);
    }
  }
}

static inline __attribute__((always_inline)) void multiply_by_panels(uint32_t element, const ttq_matmul_args *a) {
  assert(a->k > 0 && a->x_stride >= a->k && a->y_stride >= a->n);
  for (size_t n = 0; n < a->n; n += TTQ_MATMUL_BLOCK_ROWS)
    for (size_t k = 0; k < a->k; k += TTQ_MATMUL_DEPTH) {
      const size_t rows = a->n - n, depth = a->k - k;
      multiply_block(element, a, n, rows < TTQ_MATMUL_BLOCK_ROWS ? rows : TTQ_MATMUL_BLOCK_ROWS, k,
                     depth < TTQ_MATMUL_DEPTH ? depth : TTQ_MATMUL_DEPTH);
    }
}
