#if defined(__x86_64__)
#include <immintrin.h>

#include "../x86/region.h"
#include "ttq_kernels.h"

TTQ_REGION(TTQ_TARGET_AVX512BF16)
#include "words_bf16.h"

#include "stream512.h"

void ttq_matmul_bf16_bf16_avx512bf16_r1x1(const ttq_matmul_args *a) { multiply_by_streaming(a, TTQ_BF16); }

TTQ_REGION_END
#endif
