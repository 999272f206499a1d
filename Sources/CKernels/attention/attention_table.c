#include "ttq_kernels.h"
#include "attention_rows.h"

#if defined(__x86_64__)
#define EVERY_CACHE(ROW)                                                                                                   \
  TTQ_ATTENTION_ROWS(ROW, f32, F32) TTQ_ATTENTION_ROWS(ROW, f16, F16) TTQ_ATTENTION_ROWS(ROW, int8, INT8)

#define PROTOTYPE(element, ELEMENT, tile, ...) void ttq_attention_##element##_##tile(const ttq_attention_args *);
EVERY_CACHE(PROTOTYPE)

#define ENTRY(element, ELEMENT, tile, revision, isa, file, summary, least_tokens)                                          \
  {#element "/" #tile, revision, TTQ_ISA_##isa, file, summary, TTQ_##ELEMENT, least_tokens, TTQ_ATTENTION_SCRATCH,        \
   ttq_attention_##element##_##tile},
static const ttq_attention_row rows[] = {EVERY_CACHE(ENTRY)};

const ttq_attention_row *ttq_attention_rows(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
#else
const ttq_attention_row *ttq_attention_rows(size_t *count) {
  *count = 0;
  return NULL;
}
#endif
