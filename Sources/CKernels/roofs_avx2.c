#include "roofs_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target(TTQ_TARGET_AVX2))), apply_to = function)
#define VECTOR_BYTES 32
#include "roofs_body.h"

enum { WORDS = 16, MADDUBS_START = WORDS * CHAINS * (CHAINS + 1) / 2 };

// A word 256 h + l becomes factor * (h + l), which is factor times it modulo 255, and never more than 1020: nothing saturates.
static uint32_t maddubs_chains(int8_t factor, size_t iterations) {
  const __m256i factors = _mm256_set1_epi8(factor);
  __m256i chains[CHAINS];
  for (int i = 0; i < CHAINS; i++) chains[i] = _mm256_set1_epi16((short)(i + 1));
  for (size_t n = 0; n < iterations; n++)
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) chains[i] = _mm256_maddubs_epi16(chains[i], factors);
  uint32_t total = 0;
  for (int i = 0; i < CHAINS; i++) {
    uint16_t words[WORDS];
    _mm256_storeu_si256((__m256i *)words, chains[i]);
    for (int word = 0; word < WORDS; word++) total += words[word];
  }
  return total;
}
#pragma clang attribute pop

const ttq_roof_row ttq_roofs_avx2 = {
    .name = "avx2", .isa = TTQ_ISA_AVX2, .read = read_sum, .copy = copy_past_cache, .fma = fma_chains,
    .fma_operations = 2 * CHAINS * LANES, .maddubs = maddubs_chains, .maddubs_operations = 2 * 2 * CHAINS * WORDS,
    .maddubs_start = MADDUBS_START};
#endif
