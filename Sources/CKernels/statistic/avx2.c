#if defined(__x86_64__)
#include "../x86/vector_avx2.h"

#include <assert.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#include "columns.h"

void ttq_statistic_avx2(const ttq_statistic_args *a) { add_columns(a); }

#pragma clang attribute pop
#endif
