#include "quantize_rows.h"
#undef KERNEL

#if defined(__x86_64__)
#include "group512.h"

TTQ_REGION(TTQ_TARGET_AVX512)
#include "products_f32.h"

#include "factors512.h"

#include "panels512.h"

#define KERNEL(name, element, bits) \
  uint32_t ttq_quantize_##name##_avx512_r16_q##bits(const ttq_quantize_args *a) { \
    return quantize(a, bits, element, TTQ_LAYOUT_PANEL16); \
  } \
  uint32_t ttq_quantize_##name##_avx512_planes16_q##bits(const ttq_quantize_args *a) { \
    return quantize(a, bits, element, TTQ_LAYOUT_PLANES16); \
  }
#define KERNELS(name, element) \
  KERNEL(name, element, 2) KERNEL(name, element, 3) KERNEL(name, element, 4) KERNEL(name, element, 5) KERNEL(name, element, 8)

KERNELS(bf16, TTQ_BF16)
KERNELS(f16, TTQ_F16)
KERNELS(f32, TTQ_F32)

TTQ_REGION_END
#endif
