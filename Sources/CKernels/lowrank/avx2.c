#include "lowrank_rows.h"

#if defined(__x86_64__)
#include "../x86/vector_avx2.h"

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#include "../x86/panel.h"
#include "factors.h"

void ttq_lowrank_avx2(const ttq_lowrank_args *a) { add_low_rank(a); }

#pragma clang attribute pop
#endif
