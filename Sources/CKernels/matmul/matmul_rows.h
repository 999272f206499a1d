#pragma once

// What the panel variants keep in scratch: 128 rows of 256 channels, widened, are 128 KiB of the second-level cache; a tile
// of at most 12 tokens of 256 channels is a third of a first-level cache.
enum {
  TTQ_MATMUL_BLOCK_ROWS = 128,
  TTQ_MATMUL_DEPTH = 256,
  TTQ_MATMUL_SCRATCH = (TTQ_MATMUL_BLOCK_ROWS + 12) * TTQ_MATMUL_DEPTH
};

// The ladder of `matmul`, for every element type of the weights; the scalar, portable and OpenBLAS variants are Swift.
//   r8x1   one token: eight rows stream from memory, each widened in registers and summed in one register
//   r4x2, r4x4    a few tokens: a widened weight serves two or four of them
//   r16x6, r32x12 many tokens: rows are widened and transposed once into panels in scratch; tiles of rows x tokens are
//                 broadcasts of x against it, without reductions
// ROW(element name, ELEMENT, tile name, revision, ISA token, file, summary, least tokens, scratch floats)
#define TTQ_MATMUL_ROWS(ROW, element, ELEMENT)                                                       \
  ROW(element, ELEMENT, avx2_r8x1, 1, AVX2, "Sources/CKernels/matmul/avx2_dot.c",                    \
      "streams 8 rows", 1, 0)                                                                        \
  ROW(element, ELEMENT, avx2_r4x2, 1, AVX2, "Sources/CKernels/matmul/avx2_dot.c",                    \
      "4 rows x 2 tokens along K", 2, 0)                                                             \
  ROW(element, ELEMENT, avx2_r16x6, 1, AVX2, "Sources/CKernels/matmul/avx2_panel.c",                 \
      "transposed panels of 16 rows x 6 tokens", 4, TTQ_MATMUL_SCRATCH)                              \
  ROW(element, ELEMENT, avx512_r8x1, 1, AVX512, "Sources/CKernels/matmul/avx512_dot.c",              \
      "streams 8 rows", 1, 0)                                                                        \
  ROW(element, ELEMENT, avx512_r4x4, 1, AVX512, "Sources/CKernels/matmul/avx512_dot.c",              \
      "4 rows x 4 tokens along K", 2, 0)                                                             \
  ROW(element, ELEMENT, avx512_r32x12, 1, AVX512, "Sources/CKernels/matmul/avx512_panel.c",          \
      "transposed panels of 32 rows x 12 tokens", 4, TTQ_MATMUL_SCRATCH)
