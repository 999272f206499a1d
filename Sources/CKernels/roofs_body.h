// The loops of one instruction set, in the compiler's vectors of VECTOR_BYTES; included with the target attribute in force.
// Twelve chains hide a latency of 5 cycles at 2 instructions a cycle, and fit 16 registers with their two operands.
#include "ttq_roofs.h"

enum { CHAINS = 12, LANES = VECTOR_BYTES / 4, VECTORS_PER_BLOCK = 512 / VECTOR_BYTES, SUMS = 8, READ_AHEAD = 2048 };

typedef float f32_vector __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t u64_vector __attribute__((vector_size(VECTOR_BYTES), may_alias));

static uint64_t read_sum(const uint64_t *from, size_t bytes) {
  const u64_vector *source = (const u64_vector *)from;
  u64_vector sums[SUMS] = {0};
  for (const u64_vector *end = source + bytes / VECTOR_BYTES; source < end; source += VECTORS_PER_BLOCK) {
    // The hardware prefetchers stop at a page's end; asking ahead carries the stream over it.
#pragma clang loop unroll(full)
    for (int line = 0; line < 512; line += 64) __builtin_prefetch((const char *)source + READ_AHEAD + line);
#pragma clang loop unroll(full)
    for (int i = 0; i < VECTORS_PER_BLOCK; i++) sums[i % SUMS] += source[i];
  }
  uint64_t total = 0;
  for (int i = 0; i < SUMS; i++)
    for (int lane = 0; lane < VECTOR_BYTES / 8; lane++) total += sums[i][lane];
  return total;
}

static void copy_past_cache(uint64_t *to, const uint64_t *from, size_t bytes) {
  const u64_vector *source = (const u64_vector *)from;
  u64_vector *target = (u64_vector *)to;
  for (const u64_vector *end = source + bytes / VECTOR_BYTES; source < end;
       source += VECTORS_PER_BLOCK, target += VECTORS_PER_BLOCK)
#pragma clang loop unroll(full)
    for (int i = 0; i < VECTORS_PER_BLOCK; i++) __builtin_nontemporal_store(source[i], target + i);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static float fma_chains(float factor, float addend, size_t iterations) {
#pragma clang fp contract(fast)
  const f32_vector factors = factor - (f32_vector){0}, addends = addend - (f32_vector){0};
  f32_vector chains[CHAINS];
  // Chains that begin alike would be one chain to the compiler.
  for (int i = 0; i < CHAINS; i++) chains[i] = factors + (float)i;
  for (size_t n = 0; n < iterations; n++)
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) chains[i] = chains[i] * factors + addends;
  float total = 0;
  for (int i = 0; i < CHAINS; i++)
    for (int lane = 0; lane < LANES; lane++) total += chains[i][lane];
  return total;
}
