#include "roofs_rows.h"

// What every processor of the architecture has: SSE2 on x86-64 (a multiply and an add in place of a fused one), NEON on arm64.
#define VECTOR_BYTES 16
#include "roofs_body.h"

const ttq_roof_row ttq_roofs_baseline = {
    .name = "baseline", .isa = TTQ_ISA_BASELINE, .read = read_sum, .copy = copy_past_cache, .fma = fma_chains,
    .fma_operations = 2 * CHAINS * LANES};
