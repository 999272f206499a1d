#include "roofs_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { CHAINS = 12, LANES = 16 };

__attribute__((target(TTQ_TARGET_AVX512VNNI))) static uint32_t dot_chains(uint8_t u, int8_t s, size_t iterations) {
  const __m512i us = _mm512_set1_epi8((char)u), ss = _mm512_set1_epi8(s);
  __m512i chains[CHAINS];
  // Chains that begin alike would be one chain to the compiler; where they began is taken off the sum again.
  for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_set1_epi32(i);
  for (size_t n = 0; n < iterations; n++)
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm512_dpbusd_epi32(chains[i], us, ss);
  uint32_t total = 0;
  for (int i = 0; i < CHAINS; i++) total += (uint32_t)_mm512_reduce_add_epi32(chains[i]) - (uint32_t)(i * LANES);
  return total;
}

const ttq_roof_row ttq_roofs_avx512vnni = {
    .name = "avx512vnni", .isa = TTQ_ISA_AVX512VNNI, .dot = dot_chains, .dot_operations = 2 * 4 * CHAINS * LANES};
#endif
