#if defined(__x86_64__)
#include "../x86/vector_avx512.h"

#include <assert.h>
#include <float.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX512))), apply_to = function)
#include "cache_avx512.h"
#include "direct.h"

void ttq_attention_f32_avx512_direct(const ttq_attention_args *a) { attend_directly(TTQ_F32, a); }
void ttq_attention_f16_avx512_direct(const ttq_attention_args *a) { attend_directly(TTQ_F16, a); }
void ttq_attention_int8_avx512_direct(const ttq_attention_args *a) { attend_directly(TTQ_INT8, a); }

#pragma clang attribute pop
#endif
