#pragma once

// Bodies that take bit widths and tile sizes as arguments are inlined into kernels that pass constants, and their loops over
// tiles are unrolled, so that arrays of vectors become registers.
#define TTQ_INLINE static inline __attribute__((always_inline))
#define TTQ_UNROLL _Pragma("clang loop unroll(full)")

// Functions from here to TTQ_REGION_END are compiled for an ISA token's target, products and sums never fused by the compiler.
#define TTQ_PRAGMA(text) _Pragma(#text)
#define TTQ_REGION(target_string) \
  TTQ_PRAGMA(clang attribute push(__attribute__((target(target_string))), apply_to = function)) \
  TTQ_PRAGMA(clang fp contract(off))
#define TTQ_REGION_END _Pragma("clang attribute pop")
