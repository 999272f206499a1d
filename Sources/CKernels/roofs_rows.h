#pragma once
#include "ttq_roofs.h"

extern const ttq_roof_row ttq_roofs_baseline;
#if defined(__x86_64__)
extern const ttq_roof_row ttq_roofs_avx2, ttq_roofs_avx512, ttq_roofs_avx512vnni, ttq_roofs_avx512bf16;
#endif
