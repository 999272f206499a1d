#pragma once
#include <string.h>

#include "../include/ttq_kernels.h"
#include "../x86/region.h"
#include <immintrin.h>

// The sixteen rows of a panel, as the kernels find them in memory.

// The distance of 16 rows in bytes, or 0 where they have no common one, or lie one before another.
static inline size_t ttq_stride512(const void *const *rows) {
  const uintptr_t first = (uintptr_t)rows[0], second = (uintptr_t)rows[1];
  if (second <= first) return 0;
  for (size_t r = 2; r < TTQ_PANEL; r++)
    if ((uintptr_t)rows[r] != first + (second - first) * r) return 0;
  return second - first;
}

// Copies of `bytes` bytes of 16 rows, then zeros: for rows without a common distance and for short groups.
static inline __attribute__((noinline)) void ttq_copy_rows512(
  const void *const *rows, size_t offset, size_t bytes, char (*copy)[4 * 128]
) {
  for (size_t r = 0; r < TTQ_PANEL; r++) {
    memcpy(copy[r], (const char *)rows[r] + offset, bytes);
    memset(copy[r] + bytes, 0, sizeof copy[r] - bytes);
  }
}

// Fetches ahead what 16 rows from row n on will be; called once for each line of a row. The hardware does not follow sixteen rows from page to
// page.
//   rows one after another   panels are one stretch of memory, fetched into L2 in its order; from there each row's lines into L1
//   else                     of each row its lines into L1, from further on; at a row's end those of the next panel
// Into L2 alone, with the reads of L1 left to the hardware, the same distances gave 250 or 500 us for 3072x1024 from process to process.
TTQ_INLINE void ttq_fetch_rows512(const ttq_quantize_args *a, size_t n, size_t width, size_t offset, size_t stride) {
  enum { STRETCH = 96 << 10, BEFORE_USE = 384, ALONE = 512 };
  const size_t row_bytes = width * a->k;
  const int contiguous = stride == row_bytes;
  const size_t place = offset + (contiguous ? BEFORE_USE : ALONE);
  const void *const *next = a->rows + (n + TTQ_PANEL < a->n ? n + TTQ_PANEL : n);
  const char *line = place < row_bytes ? (const char *)a->rows[n] + place : (const char *)next[0] + (place - row_bytes);
  TTQ_UNROLL for (int r = 0; r < TTQ_PANEL; r++) _mm_prefetch(line + stride * (size_t)r, _MM_HINT_T0);
  if (!contiguous) return;
  const uintptr_t lines = (uintptr_t)a->rows[n] + offset * TTQ_PANEL + STRETCH;
  TTQ_UNROLL for (size_t r = 0; r < TTQ_PANEL; r++) _mm_prefetch((const char *)(lines + 64 * r), _MM_HINT_T1);
}
