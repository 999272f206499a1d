#include "ttq_kernels.h"
#include "quantizeActivations_rows.h"

#if defined(__x86_64__)
#define PROTOTYPE(name, revision, isa, file, summary, activation, function) void function(const ttq_quantize_activations_args *);
TTQ_QUANTIZE_ACTIVATIONS_ROWS(PROTOTYPE)

#define ENTRY(name, revision, isa, file, summary, activation, function) \
  {name, revision, TTQ_ISA_##isa, file, summary, TTQ_ACTIVATION_##activation, function},
static const ttq_quantize_activations_row rows[] = {TTQ_QUANTIZE_ACTIVATIONS_ROWS(ENTRY)};

const ttq_quantize_activations_row *ttq_quantize_activations_rows(size_t *count) {
  *count = sizeof rows / sizeof *rows;
  return rows;
}
#else
const ttq_quantize_activations_row *ttq_quantize_activations_rows(size_t *count) {
  *count = 0;
  return NULL;
}
#endif
