#include "qmatmul_rows.h"

#define ROW(layout, tolerance, name, revision, isa, activation, file, least_tokens, unrolls, summary, function, scratch, bits) \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/qmatmul/" file, summary, bits, TTQ_ACTIVATION_##activation, \
   TTQ_LAYOUT_##layout, least_tokens, unrolls, tolerance, scratch, ttq_qmatmul_##function##_q##bits},
#define UP_TO_4(...) ROW(__VA_ARGS__, 2) ROW(__VA_ARGS__, 3) ROW(__VA_ARGS__, 4)
#define NARROW(...) UP_TO_4(__VA_ARGS__) ROW(__VA_ARGS__, 5)
#define ALL(...) NARROW(__VA_ARGS__) ROW(__VA_ARGS__, 8)
#define PANEL_ROWS(...) ALL(PANEL16, 0, __VA_ARGS__)
#define NARROW_PANEL_ROWS(...) NARROW(PANEL16, 0, __VA_ARGS__)
#define FIXED_ROWS(tolerance, ...) UP_TO_4(PANEL16, tolerance, __VA_ARGS__)
#define COMPACT_ROWS(...) ALL(COMPACT16, 0, __VA_ARGS__)
#define NARROW_COMPACT_ROWS(...) NARROW(COMPACT16, 0, __VA_ARGS__)
#define FIXED_COMPACT_ROWS(tolerance, ...) UP_TO_4(COMPACT16, tolerance, __VA_ARGS__)
#define PLANES_ROWS(name, revision, isa, file, summary, function, scratch) \
  ALL(PLANES16, 0, name, revision, isa, A8, file, 1, 0, summary, function, scratch)

// The end mark keeps the table legal where it has no rows.
static const ttq_qmatmul_row rows[] = {
  TTQ_QMATMUL_PLANES(PLANES_ROWS) TTQ_QMATMUL_VARIANTS(PANEL_ROWS, NARROW_PANEL_ROWS) TTQ_QMATMUL_FIXED(FIXED_ROWS)
  TTQ_QMATMUL_COMPACT(COMPACT_ROWS, NARROW_COMPACT_ROWS, FIXED_COMPACT_ROWS){0}};

const ttq_qmatmul_row *ttq_qmatmul_rows(size_t *count) {
  *count = sizeof rows / sizeof rows[0] - 1;
  return rows;
}
