#if defined(__x86_64__)
#include "../x86/region.h"
#include "ttq_kernels.h"

#include <immintrin.h>

TTQ_REGION(TTQ_TARGET_AVX512BF16)
#include "words_bf16.h"

#include "blocks512.h"

void ttq_matmul_bf16_bf16_avx512bf16_r64x6(const ttq_matmul_args *a) { multiply_by_blocks(a, TTQ_BF16, NULL, NULL); }

TTQ_REGION_END
#endif
