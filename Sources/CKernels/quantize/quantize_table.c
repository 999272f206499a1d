#include "quantize_rows.h"

#define ROW(layout, searches, factors, name, revision, isa, element, file, summary, function, bits) \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/quantize/" file, summary, bits, TTQ_##element, TTQ_LAYOUT_##layout, searches, factors, \
   ttq_quantize_##function##_q##bits},
#define ROWS(...) ROW(__VA_ARGS__, 2) ROW(__VA_ARGS__, 3) ROW(__VA_ARGS__, 4) ROW(__VA_ARGS__, 5) ROW(__VA_ARGS__, 8)
#define PANEL_ROWS(...) ROWS(PANEL16, 0, 0, __VA_ARGS__)
#define FACTORS_ROWS(...) ROWS(PANEL16, 0, 1, __VA_ARGS__)
#define PLANES_ROWS(...) ROWS(PLANES16, 0, 0, __VA_ARGS__)
#define COMPACT_ROWS(...) ROWS(COMPACT16, 0, 0, __VA_ARGS__)
#define SEARCH_ROWS(...) ROWS(PANEL16, 1, 0, __VA_ARGS__)
#define COMPACT_SEARCH_ROWS(...) ROWS(COMPACT16, 1, 0, __VA_ARGS__)
#define PLANES_SEARCH_ROWS(...) ROWS(PLANES16, 1, 0, __VA_ARGS__)

// The end mark keeps the table legal where it has no rows.
static const ttq_quantize_row rows[] = {
  TTQ_QUANTIZE_PLANES_VARIANTS(PLANES_ROWS) TTQ_QUANTIZE_VARIANTS(PANEL_ROWS) TTQ_QUANTIZE_FACTORS_VARIANTS(FACTORS_ROWS)
  TTQ_QUANTIZE_COMPACT_VARIANTS(COMPACT_ROWS) TTQ_QUANTIZE_COMPACT_SEARCH_VARIANTS(COMPACT_SEARCH_ROWS)
  TTQ_QUANTIZE_PLANES_SEARCH_VARIANTS(PLANES_SEARCH_ROWS) TTQ_QUANTIZE_SEARCH_VARIANTS(SEARCH_ROWS){0}};

const ttq_quantize_row *ttq_quantize_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
