#pragma once

// Include after a vector_*.h and x86/panel.h, in a target region.

// Channels of a panel of A, and ranks of a panel of B, that are widened at a time.
enum { FACTOR_DEPTH = TTQ_LOWRANK_PANEL / PANEL < 256 ? TTQ_LOWRANK_PANEL / PANEL : 256 };

// z = A x for a block of tokens, then y += B z: both are products by panels, of as many rows as fill this ISA's registers. A block
// keeps z in the cache and shares each widened panel.
static inline __attribute__((always_inline)) void add_low_rank(const ttq_lowrank_args *a) {
  const size_t rank = a->factors.rank;
  float *panel = a->scratch, *z = panel + TTQ_LOWRANK_PANEL;
  for (size_t t = 0; t < a->tokens; t += TTQ_LOWRANK_TOKENS) {
    const size_t tokens = a->tokens - t < TTQ_LOWRANK_TOKENS ? a->tokens - t : TTQ_LOWRANK_TOKENS;
    for (size_t i = 0; i < rank; i += PANEL) {
      const size_t rows = rank - i < PANEL ? rank - i : PANEL;
      for (size_t k = 0; k < a->k; k += FACTOR_DEPTH) {
        const size_t depth = a->k - k < FACTOR_DEPTH ? a->k - k : FACTOR_DEPTH;
        const uint16_t *w = a->factors.a + i * a->k + k;
        pack_panel(TTQ_BF16, w, a->k, rows, depth, panel, w + depth);
        const panel_product p = {
          panel, PANEL, rows, depth, a->x + t * a->x_stride + k, a->x_stride, z + i, rank, k > 0};
        multiply_panel(&p, 0, tokens);
      }
    }
    for (size_t n = 0; n < a->n; n += PANEL) {
      const size_t rows = a->n - n < PANEL ? a->n - n : PANEL;
      for (size_t i = 0; i < rank; i += FACTOR_DEPTH) {
        const size_t depth = rank - i < FACTOR_DEPTH ? rank - i : FACTOR_DEPTH;
        const uint16_t *w = a->factors.b + n * rank + i;
        pack_panel(TTQ_BF16, w, rank, rows, depth, panel, w + PANEL * rank);
        const panel_product p = {panel, PANEL, rows, depth, z + i, rank, a->y + t * a->y_stride + n, a->y_stride, 1};
        multiply_panel(&p, 0, tokens);
      }
    }
  }
}
