#include "quantize_rows.h"
#undef KERNEL

#if defined(__x86_64__)
#include "group512.h"

TTQ_REGION(TTQ_TARGET_AVX512BF16)
#include "products_bf16.h"

#include "factors512.h"

#include "panels512.h"

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512bf16_r16_q##bits(const ttq_quantize_args *a) { \
    return quantize(a, bits, element, TTQ_LAYOUT_PANEL16); \
  }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)

TTQ_REGION_END
#endif
