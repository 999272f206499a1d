#if defined(__x86_64__)
#include "../x86/vector_avx512.h"

#include <assert.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX512))), apply_to = function)
#include "columns.h"

void ttq_statistic_avx512(const ttq_statistic_args *a) { add_columns(a); }

#pragma clang attribute pop
#endif
