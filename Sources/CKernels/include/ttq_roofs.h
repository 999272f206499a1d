#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ttq_isa.h"

// Loops that reach a machine's ceilings. Each returns or leaves a checksum, so that no work can be left out unseen.
// One row for each instruction set, simplest first; a ceiling is taken with the last row that the machine has and that has
// the loop. Buffers are aligned to 64 bytes, and their size is a multiple of 4096 bytes.

// Sum of all words, modulo 2^64.
typedef uint64_t (*ttq_roof_read)(const uint64_t *from, size_t bytes) __attribute__((swift_attr("@Sendable")));

// Copies with non-temporal stores; they are globally visible on return.
typedef void (*ttq_roof_copy)(uint64_t *to, const uint64_t *from, size_t bytes) __attribute__((swift_attr("@Sendable")));

// Independent chains x = x * factor + addend in f32; returns the sum over chains and lanes. With factor 0.5 and addend 1 each
// lane becomes exactly 2 within 64 iterations, and the sum equals `fma_operations`.
typedef float (*ttq_roof_fma)(float factor, float addend, size_t iterations) __attribute__((swift_attr("@Sendable")));

// Independent chains of vpdpbusd on the byte u (unsigned) and s (signed) in every place; returns the sum over chains and lanes
// modulo 2^32, which is u * s * iterations * dot_operations / 2.
typedef uint32_t (*ttq_roof_dot)(uint8_t u, int8_t s, size_t iterations) __attribute__((swift_attr("@Sendable")));

// Independent chains of vpmaddubsw, each instruction's 16-bit pair sums being the next one's bytes; a pair sum of bytes counts as two
// multiply-adds, as it does in vpdpbusd, though the 16-bit sums still have to be added up. Returns the sum over chains and lanes, which is
// factor^iterations * maddubs_start modulo 255 for factors of 1 and 2.
typedef uint32_t (*ttq_roof_maddubs)(int8_t factor, size_t iterations) __attribute__((swift_attr("@Sendable")));

// Independent chains of vdpbf16ps on a and b (exact in bf16) in every place; returns the sum over chains and lanes, which is
// a * b * iterations * bf16dot_operations / 2 as long as every partial sum of a chain is below 2^24 in units of a * b.
typedef double (*ttq_roof_bf16dot)(float a, float b, size_t iterations) __attribute__((swift_attr("@Sendable")));

typedef struct {
  const char *name;
  uint32_t isa;          // TTQ_ISA_* that the loops need
  ttq_roof_read read;    // NULL where this row has no such loop
  ttq_roof_copy copy;
  ttq_roof_fma fma;
  double fma_operations; // per iteration; a multiply-add counts 2
  ttq_roof_dot dot;
  double dot_operations; // per iteration; a multiply-add counts 2
  ttq_roof_maddubs maddubs;
  double maddubs_operations; // per iteration; a multiply-add counts 2
  uint32_t maddubs_start;
  ttq_roof_bf16dot bf16dot;
  double bf16dot_operations; // per iteration; a multiply-add counts 2
} ttq_roof_row;

// Rows, simplest first.
size_t ttq_roof_count(void);
const ttq_roof_row *ttq_roof_at(size_t index);
