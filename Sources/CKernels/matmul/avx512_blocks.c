#if defined(__x86_64__)
#include "../x86/region.h"
#include "../x86/vector_avx512.h"

TTQ_REGION(TTQ_TARGET_AVX512)
#include "words_f32.h"

#include "blocks512.h"

void ttq_matmul_bf16_avx512_r64x6(const ttq_matmul_args *a) { multiply_by_blocks(a, TTQ_BF16, NULL, NULL); }
void ttq_matmul_f16_avx512_r64x6(const ttq_matmul_args *a) { multiply_by_blocks(a, TTQ_F16, NULL, NULL); }
void ttq_matmul_f32_avx512_r64x6(const ttq_matmul_args *a) { multiply_by_blocks(a, TTQ_F32, NULL, NULL); }

TTQ_REGION_END
#endif
