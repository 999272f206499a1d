#include "ttq_kernels.h"
#include "attention_rows.h"

#if defined(__x86_64__)
#define PROTOTYPE(name, revision, isa, file, summary, scratch_floats, function) void function(const ttq_attention_args *);
TTQ_ATTENTION_ROWS(PROTOTYPE)

#define ENTRY(name, revision, isa, file, summary, scratch_floats, function)                                                \
  {name, revision, TTQ_ISA_##isa, file, summary, scratch_floats, function},
static const ttq_attention_row rows[] = {TTQ_ATTENTION_ROWS(ENTRY)};

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
