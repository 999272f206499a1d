#include "roofs_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

// With twelve chains, as many as a latency of 6 cycles at 2 instructions a cycle takes, Zen 5 loses 7 %: nothing may then go late.
enum { CHAINS = 24, LANES = 16 };

__attribute__((target(TTQ_TARGET_AVX512BF16))) static double bf16dot_chains(float a, float b, size_t iterations) {
  const __m512bh as = _mm512_cvtne2ps_pbh(_mm512_set1_ps(a), _mm512_set1_ps(a));
  const __m512bh bs = _mm512_cvtne2ps_pbh(_mm512_set1_ps(b), _mm512_set1_ps(b));
  __m512 chains[CHAINS];
  // Chains that begin alike would be one chain to the compiler; where they began is taken off the sum again.
  for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_set1_ps((float)i);
  for (size_t n = 0; n < iterations; n++)
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_dpbf16_ps(chains[i], as, bs);
  double total = 0;
  for (int i = 0; i < CHAINS; i++)
    for (int lane = 0; lane < LANES; lane++) total += chains[i][lane] - (float)i;
  return total;
}

const ttq_roof_row ttq_roofs_avx512bf16 = {
    .name = "avx512bf16", .isa = TTQ_ISA_AVX512BF16, .bf16dot = bf16dot_chains,
    .bf16dot_operations = 2 * 2 * CHAINS * LANES};
#endif
