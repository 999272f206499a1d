#if defined(__x86_64__)
#include "../quantize/group512.h"

TTQ_REGION(TTQ_TARGET_AVX512BF16)
#include "../matmul/words_bf16.h"

#include "../matmul/blocks512.h"

#include "panels512.h"

TTQ_MATMUL_QUANTIZE_KERNELS(bf16_bf16_avx512bf16_r64x6, TTQ_BF16)

TTQ_REGION_END
#endif
