#pragma once

// What the panel variants keep in scratch: 128 rows of 256 channels, widened, are 128 KiB of the second-level cache; a tile
// of at most 12 tokens of 256 channels is a third of a first-level cache.
enum {
  TTQ_MATMUL_BLOCK_ROWS = 128,
  TTQ_MATMUL_DEPTH = 256,
  TTQ_MATMUL_SCRATCH = (TTQ_MATMUL_BLOCK_ROWS + 12) * TTQ_MATMUL_DEPTH
};

// What the block variants keep in scratch: 512 tokens of 256 words of 32 bits (half of a second-level cache of 1 MiB, rows a
// cache line more than a power of two apart), and 64 rows of as many.
enum {
  TTQ_MATMUL_BLOCK_TOKENS = 512,
  TTQ_MATMUL_BLOCK_WORDS = 256,
  TTQ_MATMUL_TOKEN_WORDS = TTQ_MATMUL_BLOCK_WORDS + 16,
  TTQ_MATMUL_BLOCK_SCRATCH = TTQ_MATMUL_BLOCK_TOKENS * TTQ_MATMUL_TOKEN_WORDS + 64 * TTQ_MATMUL_BLOCK_WORDS
};

// What the dot variants for products of bf16 keep in scratch: 4096 words of two channels of each of 16 tokens.
enum {
  TTQ_MATMUL_DOT_TOKENS = 16,
  TTQ_MATMUL_DOT_WORDS = 4096,
  TTQ_MATMUL_DOT_SCRATCH = TTQ_MATMUL_DOT_TOKENS * TTQ_MATMUL_DOT_WORDS
};

// The ladder of `matmul`; the scalar, portable and OpenBLAS variants are Swift. With f32 activations, for every element type:
//   r8x1   one token: eight rows stream from memory, each widened in registers and summed in one register
//   r4x2, r4x4    a few tokens: a widened weight serves two or four of them
//   r16x6, r32x12 many tokens: rows are widened and transposed once into panels in scratch; tiles of rows x tokens are
//                 broadcasts of x against it, without reductions
//   r1x1   one token: one row after the other, so that memory sees a single stream as in the loop of the read roof: from 73-84 %
//          of that to 89-99 % (4096x4096, 3072x1024)
//   r64x6  512 tokens: x is copied once for all rows instead of once for each block of them, and the next weights and y are asked for a
//          line or two at a time while tiles compute: from 73 % of the fma roof to 85-92 %
// With activations rounded to bf16, for weights of bf16: vdpbf16ps multiplies pairs of channels as they lie in memory, nothing is
// widened.
//   r1x1   one token: as above; 93-100 % of the read roof, where 16 rows at once reach 74 %
//   r2x8   a few tokens: dot products along K; at 8 tokens 2.4 times as fast as the best with f32 activations and 87 % of the
//          read roof (3072x1024; 2.0 times and 71 % in 4096x4096, whose rows are longer than what of 8 tokens fits the
//          first-level cache)
//   r64x6  512 tokens: 85-93 % of the vdpbf16ps roof, 1.9-2.0 times as fast as r64x6 with f32. Where a run gave 93 %, it gave 89 %
//          without asking for the next weights, 82 % without asking for y, and 85 % with all of it asked for at the start of a tile
// V(name, function, element, activation, revision, ISA token, file, summary, least tokens, scratch floats)
#define TTQ_MATMUL_VARIANTS(V) \
  TTQ_MATMUL_F32_ROWS(V, bf16, BF16) TTQ_MATMUL_F32_ROWS(V, f16, F16) TTQ_MATMUL_F32_ROWS(V, f32, F32) \
  TTQ_MATMUL_BF16_ROWS(V)

#define TTQ_MATMUL_F32_ROWS(V, element, ELEMENT)                                                       \
  V(#element "/avx2_r8x1", element##_avx2_r8x1, ELEMENT, F32, 1, AVX2, "avx2_dot.c",                   \
    "streams 8 rows", 1, 0)                                                                            \
  V(#element "/avx2_r4x2", element##_avx2_r4x2, ELEMENT, F32, 1, AVX2, "avx2_dot.c",                   \
    "4 rows x 2 tokens along K", 2, 0)                                                                 \
  V(#element "/avx2_r16x6", element##_avx2_r16x6, ELEMENT, F32, 1, AVX2, "avx2_panel.c",               \
    "transposed panels of 16 rows x 6 tokens", 4, TTQ_MATMUL_SCRATCH)                                  \
  V(#element "/avx512_r8x1", element##_avx512_r8x1, ELEMENT, F32, 1, AVX512, "avx512_dot.c",           \
    "streams 8 rows", 1, 0)                                                                            \
  V(#element "/avx512_r1x1", element##_avx512_r1x1, ELEMENT, F32, 1, AVX512, "avx512_stream.c",        \
    "one row after the other, a single stream", 1, TTQ_MATMUL_DOT_SCRATCH)                             \
  V(#element "/avx512_r4x4", element##_avx512_r4x4, ELEMENT, F32, 1, AVX512, "avx512_dot.c",           \
    "4 rows x 4 tokens along K", 2, 0)                                                                 \
  V(#element "/avx512_r32x12", element##_avx512_r32x12, ELEMENT, F32, 1, AVX512, "avx512_panel.c",     \
    "transposed panels of 32 rows x 12 tokens", 4, TTQ_MATMUL_SCRATCH)                                 \
  V(#element "/avx512_r64x6", element##_avx512_r64x6, ELEMENT, F32, 1, AVX512, "avx512_blocks.c",      \
    "blocks of 64 rows x 256 channels, memory asked for chunk by chunk", 6, TTQ_MATMUL_BLOCK_SCRATCH)

#define TTQ_MATMUL_BF16_ROWS(V)                                                                        \
  V("bf16/bf16/avx512bf16_r1x1", bf16_bf16_avx512bf16_r1x1, BF16, BF16, 1, AVX512BF16,                 \
    "avx512bf16_stream.c", "one row after the other, a single stream", 1, TTQ_MATMUL_DOT_SCRATCH)      \
  V("bf16/bf16/avx512bf16_r2x8", bf16_bf16_avx512bf16_r2x8, BF16, BF16, 2, AVX512BF16,                 \
    "avx512bf16_dot.c", "2 rows x 8 tokens along K, 16 sums reduced together", 2, TTQ_MATMUL_DOT_SCRATCH) \
  V("bf16/bf16/avx512bf16_r64x6", bf16_bf16_avx512bf16_r64x6, BF16, BF16, 1, AVX512BF16,               \
    "avx512bf16_blocks.c", "blocks of 64 rows x 512 channels, pairs transposed", 17, TTQ_MATMUL_BLOCK_SCRATCH)
