#if defined(__x86_64__)
#include "../x86/vector_avx512.h"

#include <assert.h>
#include <float.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX512))), apply_to = function)
#include "online.h"

void ttq_attention_avx512(const ttq_attention_args *a) { attend(a); }

#pragma clang attribute pop
#endif
