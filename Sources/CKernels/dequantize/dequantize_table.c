#include "dequantize_rows.h"

#define ROW(layout, name, revision, isa, file, summary, function, bits) \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/dequantize/" file, summary, bits, TTQ_LAYOUT_##layout, \
   ttq_dequantize_##function##_q##bits},
#define ROWS(...) ROW(__VA_ARGS__, 2) ROW(__VA_ARGS__, 3) ROW(__VA_ARGS__, 4) ROW(__VA_ARGS__, 5) ROW(__VA_ARGS__, 8)
#define PANEL_ROWS(...) ROWS(PANEL16, __VA_ARGS__)
#define COMPACT_ROWS(...) ROWS(COMPACT16, __VA_ARGS__)

// The end mark keeps the table legal where it has no rows.
static const ttq_dequantize_row rows[] = {TTQ_DEQUANTIZE_VARIANTS(PANEL_ROWS) TTQ_DEQUANTIZE_COMPACT_VARIANTS(COMPACT_ROWS){0}};

const ttq_dequantize_row *ttq_dequantize_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
