#include "matmulQuantize_rows.h"

#define ROW(name, function, element, activation, revision, isa, file, summary, bits)                            \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/matmulQuantize/" file, summary, bits, TTQ_##element,       \
   TTQ_ACTIVATION_##activation, TTQ_LAYOUT_PANEL16, TTQ_MATMUL_BLOCK_SCRATCH, ttq_matmul_quantize_##function##_q##bits},
#define ROWS(...) ROW(__VA_ARGS__, 2) ROW(__VA_ARGS__, 3) ROW(__VA_ARGS__, 4) ROW(__VA_ARGS__, 5) ROW(__VA_ARGS__, 8)

// The end mark keeps the table legal where it has no rows.
static const ttq_matmul_quantize_row rows[] = {TTQ_MATMUL_QUANTIZE_VARIANTS(ROWS){0}};

const ttq_matmul_quantize_row *ttq_matmul_quantize_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
