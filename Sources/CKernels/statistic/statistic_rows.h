#pragma once

// The ladder of `statistic`; the scalar and portable variants are Swift.
//   avx2, avx512  blocks of four tokens, four registers of channels at a time: x is read once, as four sequential streams of
//                 some lines. Over eight tokens and one register: x 1.27 (avx512), x 1.3 (avx2) at T = 512, K = 1024 on Zen 5,
//                 where avx512 reaches 87 % of what a plain read of the same x takes
// ROW(name, revision, ISA token, file, summary, function)
#define TTQ_STATISTIC_ROWS(ROW)                                                                                            \
  ROW("avx2", 2, AVX2, "Sources/CKernels/statistic/avx2.c", "4 tokens x 32 channels", ttq_statistic_avx2)                  \
  ROW("avx512", 2, AVX512, "Sources/CKernels/statistic/avx512.c", "4 tokens x 64 channels", ttq_statistic_avx512)
