#pragma once
#include <string.h>

#include "../include/ttq_kernels.h"
#include "../x86/region.h"
#include <immintrin.h>

// The sixteen rows of a panel, as the kernels find them in memory.

// The distance of 16 rows in bytes, or 0 where they have no common one.
static inline size_t ttq_stride512(const void *const *rows) {
  const char *first = rows[0];
  const size_t stride = (size_t)((const char *)rows[1] - first);
  for (size_t r = 1; r < TTQ_PANEL; r++)
    if ((const char *)rows[r] != first + stride * r) return 0;
  return stride;
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

// Fetches into L2 the line of each of 16 rows from row n on that is used 512 bytes after `offset`; at a row's end, of the panel that
// comes `ahead` rows later. The hardware does not follow sixteen rows from page to page.
TTQ_INLINE void ttq_fetch_rows512(
  const ttq_quantize_args *a, size_t n, size_t ahead, size_t width, size_t offset, size_t stride
) {
  const size_t place = offset + 512, row_bytes = width * a->k;
  const void *const *next = a->rows + (n + ahead < a->n ? n + ahead : n);
  const char *line = place < row_bytes ? (const char *)a->rows[n] + place : (const char *)next[0] + (place - row_bytes);
  TTQ_UNROLL for (int r = 0; r < TTQ_PANEL; r++) _mm_prefetch(line + stride * (size_t)r, _MM_HINT_T1);
}
