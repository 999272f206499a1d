#if defined(__x86_64__)
#include "../x86/vector_avx2.h"

#include <assert.h>
#include <float.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#include "groups.h"

void ttq_quantize_activations_a8_avx2(const ttq_quantize_activations_args *a) { each_group(a, group_a8); }
void ttq_quantize_activations_f32_avx2(const ttq_quantize_activations_args *a) { each_group(a, group_f32); }

#pragma clang attribute pop
#endif
