#if defined(__x86_64__)
#include "../quantize/group512.h"
#include "../x86/vector_avx512.h"

TTQ_REGION(TTQ_TARGET_AVX512)
#include "../matmul/words_f32.h"

#include "../matmul/blocks512.h"

#include "panels512.h"

TTQ_MATMUL_QUANTIZE_KERNELS(bf16_avx512_r64x6, TTQ_BF16)
TTQ_MATMUL_QUANTIZE_KERNELS(f16_avx512_r64x6, TTQ_F16)
TTQ_MATMUL_QUANTIZE_KERNELS(f32_avx512_r64x6, TTQ_F32)

TTQ_REGION_END
#endif
