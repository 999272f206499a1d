#include "ttq_kernels.h"
#include "matmul_rows.h"

#if defined(__x86_64__)
#define EVERY_ELEMENT(ROW)                                                                                                 \
  TTQ_MATMUL_ROWS(ROW, bf16, BF16) TTQ_MATMUL_ROWS(ROW, f16, F16) TTQ_MATMUL_ROWS(ROW, f32, F32)

#define PROTOTYPE(element, ELEMENT, tile, ...) void ttq_matmul_##element##_##tile(const ttq_matmul_args *);
EVERY_ELEMENT(PROTOTYPE)

#define ENTRY(element, ELEMENT, tile, revision, isa, file, summary, least_tokens, scratch_floats)                          \
  {#element "/" #tile, revision, TTQ_ISA_##isa, file, summary, TTQ_##ELEMENT, least_tokens, scratch_floats,               \
   ttq_matmul_##element##_##tile},
static const ttq_matmul_row rows[] = {EVERY_ELEMENT(ENTRY)};

const ttq_matmul_row *ttq_matmul_rows(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
#else
const ttq_matmul_row *ttq_matmul_rows(size_t *count) {
  *count = 0;
  return NULL;
}
#endif
