#pragma once

// The ladder of `statistic`; the scalar and portable variants are Swift.
//   avx2, avx512  blocks of eight tokens, a register of channels at a time: x is read once, as eight sequential streams
// ROW(name, revision, ISA token, file, summary, function)
#define TTQ_STATISTIC_ROWS(ROW)                                                                                            \
  ROW("avx2", 1, AVX2, "Sources/CKernels/statistic/avx2.c", "8 tokens x 8 channels", ttq_statistic_avx2)                  \
  ROW("avx512", 1, AVX512, "Sources/CKernels/statistic/avx512.c", "8 tokens x 16 channels", ttq_statistic_avx512)
