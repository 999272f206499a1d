#pragma once
#include "../quantize/group512.h"
#include "matmulQuantize_rows.h"

// Quantizing the panels that a product by blocks (blocks512.h) has transposed. Include after blocks512.h, in a target region.

typedef struct {
  const ttq_matmul_quantize_args *args;
  __mmask16 bad;
} panel_quantizing;

// The chunk source (group512.h) of a panel: words of one channel are its vectors already, words of two are pairs. What lies past
// `count` is of no account.
TTQ_INLINE void load_panel(const void *panel, size_t k, int count, uint32_t element, __m512 w[TTQ_CHUNK]) {
  (void)count, (void)element;
  const uint32_t *words = (const uint32_t *)panel + k % BLOCK_CHANNELS / LANE * BLOCK_ROWS;
  __m512i m[TTQ_CHUNK / LANE];
  TTQ_UNROLL for (int j = 0; j < TTQ_CHUNK / LANE; j++) m[j] = _mm512_load_si512(words + j * BLOCK_ROWS);
  if (LANE == 2)
    widen_pairs(m, w);
  else
    TTQ_UNROLL for (int j = 0; j < TTQ_CHUNK / LANE; j++) w[j] = _mm512_castsi512_ps(m[j]);
}

// Packs the step's rows, the first time that they are there. All groups before a block of channels are whole, for a block
// holds a whole number of them.
TTQ_INLINE void quantize_panels(const block_step *s, void *context, int bits) {
  panel_quantizing *q = context;
  const ttq_matmul_quantize_args *a = q->args;
  if (s->t > 0) return;
  const size_t end = s->k + s->channels, panel_bytes = ttq_panel_bytes(s->args->k, (size_t)bits, a->group);
  for (size_t r = 0; r < s->rows; r += TTQ_PANEL) {
    uint8_t *packed = a->packed + (s->n + r) / TTQ_PANEL * panel_bytes + ttq_panel_bytes(s->k, (size_t)bits, a->group);
    for (size_t k = s->k; k < end; k += a->group)
      q->bad |= quantize_group(load_panel, s->panels + r, NULL, a->d, k, smaller(k + a->group, end), bits, TTQ_F32, &packed);
  }
}

#define TTQ_MATMUL_QUANTIZE_KERNEL(function, element, width)                                                 \
  static void function##_panels_q##width(const block_step *s, void *context) { quantize_panels(s, context, width); } \
  uint32_t ttq_matmul_quantize_##function##_q##width(const ttq_matmul_quantize_args *a) {                     \
    assert(a->bits == width && a->group % TTQ_CHUNK == 0 && BLOCK_CHANNELS % a->group == 0);                  \
    panel_quantizing q = {.args = a, .bad = 0};                                                               \
    multiply_by_blocks(&a->product, element, function##_panels_q##width, &q);                                 \
    _mm_sfence();                                                                                             \
    return q.bad != 0;                                                                                        \
  }
#define TTQ_MATMUL_QUANTIZE_KERNELS(function, element)                                                        \
  TTQ_MATMUL_QUANTIZE_KERNEL(function, element, 2) TTQ_MATMUL_QUANTIZE_KERNEL(function, element, 3)           \
  TTQ_MATMUL_QUANTIZE_KERNEL(function, element, 4) TTQ_MATMUL_QUANTIZE_KERNEL(function, element, 5)           \
  TTQ_MATMUL_QUANTIZE_KERNEL(function, element, 8)
