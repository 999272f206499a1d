#include "ttq_kernels.h"
#include "statistic_rows.h"

#if defined(__x86_64__)
#define PROTOTYPE(name, revision, isa, file, summary, function) void function(const ttq_statistic_args *);
TTQ_STATISTIC_ROWS(PROTOTYPE)

#define ENTRY(name, revision, isa, file, summary, function) {name, revision, TTQ_ISA_##isa, file, summary, function},
static const ttq_statistic_row rows[] = {TTQ_STATISTIC_ROWS(ENTRY)};

const ttq_statistic_row *ttq_statistic_rows(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
#else
const ttq_statistic_row *ttq_statistic_rows(size_t *count) {
  *count = 0;
  return NULL;
}
#endif
