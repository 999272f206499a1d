#include "roofs_rows.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#define VECTOR_BYTES 32
#include "roofs_body.h"
#pragma clang attribute pop

const ttq_roof_row ttq_roofs_avx2 = {
    .name = "avx2", .isa = TTQ_ISA_AVX2, .read = read_sum, .copy = copy_past_cache, .fma = fma_chains,
    .fma_operations = 2 * CHAINS * LANES};
#endif
