#pragma once

// The ladder of `quantizeActivations`; the scalar and portable variants are Swift.
//   f32  x / D and its group sums
//   a8   x / D held in registers or the first-level cache for one group, its greatest magnitude, then codes
//        groups16: sixteen groups at a time share one division and reduce in lanes: 1.8 times as fast at T = 512, 2.1 at T = 1
//        (K = 1024 to 3072, groups of 32, Zen 5)
// ROW(name, revision, ISA token, file, summary, activation, function)
#define TTQ_QUANTIZE_ACTIVATIONS_ROWS(ROW)                                                                                 \
  ROW("f32/avx2", 1, AVX2, "Sources/CKernels/quantizeActivations/avx2.c", "scale and sum, 8 channels a step", F32,        \
      ttq_quantize_activations_f32_avx2)                                                                                  \
  ROW("f32/avx512", 1, AVX512, "Sources/CKernels/quantizeActivations/avx512.c", "scale and sum, 16 channels a step", F32, \
      ttq_quantize_activations_f32_avx512)                                                                                \
  ROW("a8/avx2", 1, AVX2, "Sources/CKernels/quantizeActivations/avx2.c", "int8 codes, 8 channels a step", A8,             \
      ttq_quantize_activations_a8_avx2)                                                                                   \
  ROW("a8/avx512", 1, AVX512, "Sources/CKernels/quantizeActivations/avx512.c", "int8 codes, 16 channels a step", A8,      \
      ttq_quantize_activations_a8_avx512)                                                                                 \
  ROW("a8/avx512_groups16", 1, AVX512, "Sources/CKernels/quantizeActivations/avx512_groups16.c",                          \
      "int8 codes, sixteen groups of a token at a time", A8, ttq_quantize_activations_a8_avx512_groups16)
