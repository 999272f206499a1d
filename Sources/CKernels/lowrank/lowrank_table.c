#include "lowrank_rows.h"

#define ROW(name, revision, isa, file, summary, function) \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/lowrank/" file, summary, ttq_lowrank_##function},

// The end mark keeps the table legal where it has no rows.
static const ttq_lowrank_row rows[] = {TTQ_LOWRANK_VARIANTS(ROW){0}};

const ttq_lowrank_row *ttq_lowrank_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
