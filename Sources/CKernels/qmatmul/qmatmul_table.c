#include "qmatmul_rows.h"

#define ROW(name, revision, isa, activation, file, least_tokens, summary, function, scratch, bits) \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/qmatmul/" file, summary, bits, TTQ_ACTIVATION_##activation, \
   TTQ_LAYOUT_PANEL16, least_tokens, scratch, ttq_qmatmul_##function##_q##bits},
#define NARROW_ROWS(...) ROW(__VA_ARGS__, 2) ROW(__VA_ARGS__, 3) ROW(__VA_ARGS__, 4) ROW(__VA_ARGS__, 5)
#define ROWS(...) NARROW_ROWS(__VA_ARGS__) ROW(__VA_ARGS__, 8)

// The end mark keeps the table legal where it has no rows.
static const ttq_qmatmul_row rows[] = {TTQ_QMATMUL_VARIANTS(ROWS, NARROW_ROWS){0}};

const ttq_qmatmul_row *ttq_qmatmul_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
