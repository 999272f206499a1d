#include "ttq_kernels.h"
#include "matmul_rows.h"

#if defined(__x86_64__)
#define PROTOTYPE(name, function, ...) void ttq_matmul_##function(const ttq_matmul_args *);
TTQ_MATMUL_VARIANTS(PROTOTYPE)

#define ENTRY(name, function, element, activation, revision, isa, file, summary, least_tokens, scratch_floats)  \
  {name, revision, TTQ_ISA_##isa, "Sources/CKernels/matmul/" file, summary, TTQ_##element,                     \
   TTQ_ACTIVATION_##activation, least_tokens, scratch_floats, ttq_matmul_##function},
static const ttq_matmul_row rows[] = {TTQ_MATMUL_VARIANTS(ENTRY)};

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
