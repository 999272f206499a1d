#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ttq_isa.h"
#include "ttq_layout.h"

// The contracts of the kernel families. One argument block for each family, shared by the C and the Swift variants. A call
// computes one part of a problem on one thread; the family's wrapper splits the problem and owns all memory.
// N output channels, K input channels, KP = K padded to a multiple of 32, T tokens, G groups of g input channels.
// Pointers may be unaligned unless said otherwise; kernels never read or write past the extents given here.

#pragma clang assume_nonnull begin

#define TTQ_SENDABLE __attribute__((swift_attr("@Sendable")))

enum { TTQ_F32 = 0, TTQ_F16 = 1, TTQ_BF16 = 2, TTQ_INT8 = 3 }; // ElementType
enum { TTQ_ACTIVATION_F32 = 0, TTQ_ACTIVATION_A8 = 1, TTQ_ACTIVATION_BF16 = 2 }; // ActivationFormat

// statistic: sum[k] += sum over t of |x[t][k]|^p, p = 1, 2 or 4. Single precision, any order of summation.
typedef struct {
  const float *x;  // T rows of K, x_stride elements apart
  size_t x_stride, tokens, k;
  uint32_t p;
  float *sum;      // K
} ttq_statistic_args;
typedef void (*ttq_statistic_kernel)(const ttq_statistic_args *) TTQ_SENDABLE;

// quantizeActivations: u = x * inverse_scale, padded with zeros from K to KP, then per (token, group of g):
//   a8:  scale = max|u| / 127 (0 where that is below the least normal f32, and then all codes are 0),
//        code = trunc(u * (1 / scale) + copysign(0.5, u)) (within -127...127), sum = scale * (sum of codes)
//   f32: values = u, sum = sum of u (any order)
// The a8 arithmetic is single precision, each operation rounded, never contracted: codes and scales are equal bit for bit
// between variants.
typedef struct {
  const float *x;             // T rows of K, x_stride elements apart
  size_t x_stride, tokens, k, group;
  const float *inverse_scale; // K: 1 / D
  int8_t *_Nullable codes;              // a8: T rows of KP
  float *_Nullable values;              // f32: T rows of KP
  float *_Nullable scale;               // a8: T rows of G
  float *sum;                 // T rows of G
} ttq_quantize_activations_args;
typedef void (*ttq_quantize_activations_kernel)(const ttq_quantize_activations_args *) TTQ_SENDABLE;

// Low-rank factors: B A stands for the part of W that is not quantized (method.md, step 3). A factor is 0 or at least 2^-67 in
// magnitude, so that the product of two is exact in f32: a fused and a separate multiply-add give the same sum.
typedef struct {
  size_t rank;                    // 0: there are none
  const uint16_t *_Nullable b;    // bf16: N rows of rank
  const uint16_t *_Nullable a;    // bf16: rank rows of K
} ttq_low_rank;

// The rank whose product is the i-th to be subtracted: of each pair the odd one first, as vdpbf16ps takes them.
static inline size_t ttq_low_rank_order(size_t i, size_t rank) { return (i ^ 1) < rank ? i ^ 1 : i; }

// Range search of `quantize` (method.md, beyond the paper): before it is rounded, the range of a group becomes the candidate of least
// weighted error. Candidates are low = f * min v, high = e * max v with (f, e) =
//   1 candidate: (1, 1);  3: (1, 1), (0.9, 0.9), (0.8, 0.8);  16: f = 1, 0.9, 0.8, 0.7 and within each e = 1, 0.9, 0.8, 0.7
// With scale and minimum rounded as in `quantize`, inverse = 1 / scale (0 where that is 0) and offset = 0 - minimum * inverse, the error is
//   scale * scale * (sum over even channels + sum over odd channels of (d * d) * weight[k]),
//   d = t - nearest(clamp(t, 0, 2^bits - 1)), t = v * inverse + offset, nearest even
// A later candidate is taken where its error is less and its scale above 0. Single precision, each operation rounded, never contracted.
typedef struct {
  size_t candidates;               // 0: no search, and the rest is not read
  const float *_Nullable weight;   // K, none below 0
  float *_Nullable error;          // N: the sum of a row's least errors, group after group
} ttq_range_search;

// quantize: u = w, then u = u - b[n][i] * a[i][k] for i = 1, 0, 3, 2 ... (ttq_low_rank_order); v = u * d; per row and group, over its channels below K: minimum = f16(min v), scale = f16((max v - min v) / (2^bits - 1)),
//   inverse = 1 / scale (0 where that is 0), offset = (2^bits + 0.5) - minimum * inverse, position = v * inverse + offset,
//   code = clamp(trunc(position) - 2^bits, 0, 2^bits - 1).
// Counted from 2^bits, the highest bits of a position's significand are its code. That rounds the distance from a tie to 2^-(24 - bits), and to
// about 2^-23 of |minimum / scale| where that is more: to 10^-3 up to 8192, beyond which the rounding of the minimum itself is two codes.
// Single precision, each operation rounded, never contracted; f16 rounds to nearest even. A zero minimum
// or scale is +0, whatever the signs of the zeros it comes from. Equal bit for bit between variants of a layout, layouts hold equal codes. Weights and d are finite; with factors, weights of
// the rows for AVX-512 BF16, which know no subnormal numbers, are 0 or at least 2^-119, and factors 0 or at least 2^-56: no sum is subnormal then.
// Layout compact16: range = (max v - min v) / (2^bits - 1), low = min v; per row
//   scale step = f16(max range / 255), minimum step = f16(max |low| / 127), both rounded up, so that 8 bits hold what follows;
//   scale = scale step * nearest(range * (1 / scale step)), minimum = minimum step * nearest(low * (1 / minimum step))
// (nearest even; 0 where the step is 0), then codes as above.
// Returns 0, or 1 where a scale, a minimum or a step was not finite in f16.
typedef struct {
  const void *_Nonnull const *_Nonnull rows; // N pointers to K elements of the variant's element type
  size_t n, k, group;      // N is a multiple of 16 for panel16 and planes16: the wrapper repeats the last row
  size_t bits;
  const float *d;          // K
  uint8_t *packed;         // aligned to 64 bytes
  ttq_low_rank low_rank;   // b has as many rows as n says
  ttq_range_search search; // only of variants whose row says `searches`
  float *_Nullable scratch; // rank * (KP + 32) floats, then 32 for each group and 16 KP, aligned to 64 bytes
} ttq_quantize_args;
typedef uint32_t (*ttq_quantize_kernel)(const ttq_quantize_args *) TTQ_SENDABLE;

// dequantize: w[n][k] = code * scale + minimum (product rounded, then sum rounded), for N rows from the start of `packed`.
typedef struct {
  const uint8_t *packed;
  size_t n, k, group, bits;
  float *w;        // N rows of K, w_stride elements apart
  size_t w_stride;
} ttq_dequantize_args;
typedef void (*ttq_dequantize_kernel)(const ttq_dequantize_args *) TTQ_SENDABLE;

// qmatmul: y[t][n] = sum over groups j of scale[n][j] * (sum over k in j of code[n][k] * u[t][k]) + minimum[n][j] * sum[t][j]
//   a8:  u = x_scale[t][j] * x_codes[t][k]; the inner sum is exact in int32, everything outside it is f32, or rounded as a row of
//        the table declares by its tolerance
//   f32: u = x_values[t][k]
// `packed` starts at a multiple of 16 rows. y is written, not accumulated; rows past N of the last panel are not written.
typedef struct {
  const uint8_t *packed;  // aligned to 64 bytes
  size_t n, k, group, bits, tokens;
  const int8_t *_Nullable x_codes;  // a8: T rows of KP
  const float *_Nullable x_values;  // f32: T rows of KP
  const float *_Nullable x_scale;   // a8: T rows of G
  const float *x_sum;     // T rows of G
  float *y;               // T rows of N, y_stride elements apart
  size_t y_stride;
  float *_Nullable scratch;         // the variant's declared floats for this thread, aligned to 64 bytes
  size_t fetch;           // bytes between the weights in use and those being fetched; any number is safe
  size_t unroll;          // groups of K that one pass of the inner loop takes: 1, 2 or 4, at most what the row says
} ttq_qmatmul_args;
typedef void (*ttq_qmatmul_kernel)(const ttq_qmatmul_args *) TTQ_SENDABLE;
typedef size_t (*ttq_qmatmul_scratch)(size_t k, size_t group) TTQ_SENDABLE;  // floats that each thread needs

// lowrank: y[t][n] += sum over i of b[n][i] * z[t][i], z[t][i] = sum over k of a[i][k] * x[t][k]. Single precision, any order of
// summation.
typedef struct {
  ttq_low_rank factors;
  size_t n, k, tokens;
  const float *x;   // T rows of K, x_stride elements apart
  size_t x_stride;
  float *y;         // T rows of N, y_stride elements apart
  size_t y_stride;
  float *_Nullable scratch;   // TTQ_LOWRANK_PANEL + rank * TTQ_LOWRANK_TOKENS floats, aligned to 64 bytes
} ttq_lowrank_args;
enum { TTQ_LOWRANK_TOKENS = 64, TTQ_LOWRANK_PANEL = 8192 };
typedef void (*ttq_lowrank_kernel)(const ttq_lowrank_args *) TTQ_SENDABLE;

// matmul: y[t][n] = sum over k of w[n][k] * u[t][k] in f32, any order of summation; w widened exactly.
//   f32:  u = x
//   bf16: u = x rounded to the nearest bf16, ties to even. A subnormal w or u may count as 0.
typedef struct {
  const void *w;    // N rows of K of the variant's element type, contiguous, aligned to the element
  size_t n, k, tokens;
  const float *x;   // T rows of K, x_stride elements apart
  size_t x_stride;
  float *y;         // T rows of N, y_stride elements apart
  size_t y_stride;
  float *_Nullable scratch;   // the variant's declared floats for this thread, aligned to 64 bytes
} ttq_matmul_args;
typedef void (*ttq_matmul_kernel)(const ttq_matmul_args *) TTQ_SENDABLE;

// matmulQuantize: y as matmul, and `packed` as quantize in layout panel16 with the rows of w, the last one repeated to fill a
// panel of 16, in one pass over w. Returns what quantize returns.
typedef struct {
  ttq_matmul_args product;
  size_t group, bits;
  const float *d;   // K
  uint8_t *packed;  // aligned to 64 bytes
} ttq_matmul_quantize_args;
typedef uint32_t (*ttq_matmul_quantize_kernel)(const ttq_matmul_quantize_args *) TTQ_SENDABLE;

// attention: for each query t and head h of [head_begin, head_end), with kv = h / (heads / kv_heads), over cached positions
//   p = 0 ... past + t:  y[t][h] = sum of softmax(scale * q[t][h] . key[kv][p]) * value[kv][p]
// The cache is of the variant's element type: f32 and f16 are widened exactly; int8 is code * scale, one scale for each
// (kv head, position). dim is at most TTQ_ATTENTION_DIM. Cached positions from past + tokens on are never read.
enum { TTQ_ATTENTION_DIM = 256 };
typedef struct {
  const float *q;       // T rows of heads x dim
  const void *keys;     // kv_heads x capacity x dim, aligned to the element
  const void *values;   // kv_heads x capacity x dim, aligned to the element
  const float *_Nullable key_scales;   // int8: kv_heads x capacity
  const float *_Nullable value_scales; // int8: kv_heads x capacity
  size_t tokens, past, heads, kv_heads, dim, capacity;
  size_t head_begin, head_end;
  float scale;
  float *y;             // T rows of heads x dim
  float *_Nullable scratch;       // the variant's declared floats for this thread, aligned to 64 bytes
} ttq_attention_args;
typedef void (*ttq_attention_kernel)(const ttq_attention_args *) TTQ_SENDABLE;

// A row of a family's table: one variant for one bit width. `name` is the variant's name within the family.
// Tables are listed in the <family>_rows.h of each family, simplest first. `least_tokens` is where a variant starts to pay,
// `unrolls` the largest `unroll` of a variant that heeds it and `fetch`, 0 for others, `tolerance` the largest error that is correct where
// it is more than the family's, else 0.
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; ttq_statistic_kernel kernel; } ttq_statistic_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t activation; ttq_quantize_activations_kernel kernel; } ttq_quantize_activations_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t bits, element, layout, searches, factors; ttq_quantize_kernel kernel; } ttq_quantize_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t bits, layout; ttq_dequantize_kernel kernel; } ttq_dequantize_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t bits, activation, layout; size_t least_tokens, unrolls; double tolerance; ttq_qmatmul_scratch _Nullable scratch_floats; ttq_qmatmul_kernel kernel; } ttq_qmatmul_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t element, activation; size_t least_tokens, scratch_floats; ttq_matmul_kernel kernel; } ttq_matmul_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t bits, element, activation, layout; size_t scratch_floats; ttq_matmul_quantize_kernel kernel; } ttq_matmul_quantize_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; ttq_lowrank_kernel kernel; } ttq_lowrank_row;
typedef struct { const char *name; uint32_t revision, isa; const char *file, *summary; uint32_t element; size_t least_tokens, scratch_floats; ttq_attention_kernel kernel; } ttq_attention_row;

const ttq_statistic_row *ttq_statistic_rows(size_t *count);
const ttq_quantize_activations_row *ttq_quantize_activations_rows(size_t *count);
const ttq_quantize_row *ttq_quantize_rows(size_t *count);
const ttq_dequantize_row *ttq_dequantize_rows(size_t *count);
const ttq_qmatmul_row *ttq_qmatmul_rows(size_t *count);
const ttq_matmul_row *ttq_matmul_rows(size_t *count);
const ttq_matmul_quantize_row *ttq_matmul_quantize_rows(size_t *count);
const ttq_lowrank_row *ttq_lowrank_rows(size_t *count);
const ttq_attention_row *ttq_attention_rows(size_t *count);

#pragma clang assume_nonnull end
