#pragma once
#include "../quantize/group512.h"
#include "matmulQuantize_rows.h"

// Quantizing the panels that a product by blocks (blocks512.h) has transposed. Include after blocks512.h, in a target region.

typedef struct {
  const ttq_matmul_quantize_args *args;
  __mmask16 bad;
} panel_quantizing;

// Packs the step's rows, the first time that they are there. A panel's words are transposed chunks already: f32 where a word is
// one channel, else pairs of bf16. All groups before a block of channels are whole, for a block holds a whole number of them.
TTQ_INLINE void quantize_panels(const block_step *s, void *context, int bits) {
  panel_quantizing *q = context;
  const ttq_matmul_quantize_args *a = q->args;
  if (s->t > 0) return;
  const size_t panel_bytes = ttq_panel_bytes(s->args->k, (size_t)bits, a->group);
  for (size_t r = 0; r < s->rows; r += TTQ_PANEL) {
    uint8_t *packed = a->packed + (s->n + r) / TTQ_PANEL * panel_bytes + ttq_panel_bytes(s->k, (size_t)bits, a->group);
    ttq_group512 groups[2];
    size_t made = 0;
    for (size_t first = 0; first < s->channels; first += a->group, made++) {
      const size_t end = smaller(first + a->group, s->channels);
      ttq_group512 *group = &groups[made % 2];
      ttq_extremes512 extremes = ttq_group512_begin(group);
      for (size_t c = first; c < end; c += TTQ_CHUNK) {
        __m512i m[TTQ_CHUNK];
        const uint32_t *words = s->panels + r + c / LANE * BLOCK_ROWS;
        TTQ_UNROLL for (int j = 0; j < TTQ_CHUNK / LANE; j++) m[j] = _mm512_load_si512(words + j * BLOCK_ROWS);
        const float *d = a->d + s->k + c;
        const uint32_t element = LANE == 1 ? TTQ_F32 : TTQ_BF16;
        if (end - c >= TTQ_CHUNK) ttq_group512_scale(group, m, d, TTQ_CHUNK, element, &extremes);
        else ttq_group512_scale(group, m, d, (int)(end - c), element, &extremes);
      }
      // The codes of a group wait for two divisions; those of the one before need not.
      if (made > 0) packed = ttq_group512_store(&groups[(made - 1) % 2], bits, TTQ_LAYOUT_PANEL16, packed);
      q->bad |= ttq_group512_range(group, extremes, bits);
    }
    ttq_group512_store(&groups[(made - 1) % 2], bits, TTQ_LAYOUT_PANEL16, packed);
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
