#pragma once
#include "../x86/panel512.h"
#include "tiling.h"

// What the kernels of layout planes16 share: the order in which one token meets the panels, and how sums over bit planes become
// products.

enum { MOST_SUMS = 4 };
enum { AHEAD = 8192 };             // bytes between the weights in use and those being fetched
enum { TURN_BYTES = 160 << 10 };  // of weights that stay in L2 while their operands change

TTQ_REGION(TTQ_TARGET_AVX512)

// Vectors of sums of 16 bits: one for each pair of planes, and one for an odd plane.
#define SUMS(bits) (((bits) + 1) / 2)

// The products of sixteen rows: words 2 r and 2 r + 1 of sums[s] are row r's sums over planes 2 s and 2 s + 1, weighted here by
// their place in the code; of an odd plane, over even and odd half-chunks. A group's sums are at most 128 * 128.
TTQ_INLINE __m512i plane_products(const __m512i *sums, int bits) {
  __m512i dot = _mm512_setzero_si512();
  TTQ_UNROLL for (int s = 0; s < SUMS(bits); s++) {
    const int low = 1 << (2 * s), high = 2 * s + 1 < bits ? 2 * low : low;
    dot = _mm512_add_epi32(dot, _mm512_madd_epi16(sums[s], _mm512_set1_epi32(low | high << 16)));
  }
  return dot;
}

// How a kernel takes 32 channels: `prepare` makes operands of `bytes` bytes from their activations, for each of `count` / 32,
// and `add` adds the sums over a chunk of 16 x 32 codes to `sums`.
typedef struct {
  size_t bytes;
  size_t most;  // channels whose operands stay in L1 while panels pass by; a multiple of 4 groups of any size
  void (*prepare)(const int8_t *x, size_t count, uint8_t *operands);
  void (*add)(const uint8_t *w, const uint8_t *operands, int bits, __m512i sums[MOST_SUMS]);
} planes_method;

// Fetches `lines` lines from `next` on and returns where fetching goes on; past the end of the weights that is a no-op.
TTQ_INLINE uintptr_t fetch(uintptr_t next, int lines) {
  TTQ_UNROLL for (int line = 0; line < lines; line++, next += 64) __builtin_prefetch((const void *)next, 0, 3);
  return next;
}

// Adds the products of one panel and one token over channels k ..< end to y, and fetches as many bytes from `next` on as it
// reads. Returns where fetching goes on.
TTQ_INLINE uintptr_t planes_tile(
  const ttq_qmatmul_args *a, size_t n, size_t t, size_t k, size_t end, int bits, planes_method method, uintptr_t next
) {
  const size_t groups = ttq_groups(a->k, a->group);
  const uint8_t *w = ttq_panel(a, n) + ttq_panel_bytes(k, (size_t)bits, a->group);
  const uint8_t *operands = (const uint8_t *)a->scratch + k / TTQ_CHUNK * method.bytes;
  const float *x_scale = a->x_scale + t * groups, *x_sum = a->x_sum + t * groups;
  float *y = a->y + t * a->y_stride + n;
  const __mmask16 rows = a->n - n >= 16 ? 0xffff : (__mmask16)((1u << (a->n - n)) - 1);
  __m512 total = k == 0 ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(rows, y);

  for (size_t j = k / a->group; k < end; j++) {
    __m512i sums[MOST_SUMS];
    TTQ_UNROLL for (int s = 0; s < SUMS(bits); s++) sums[s] = _mm512_setzero_si512();
    for (size_t chunk = ttq_chunks(a, k); chunk > 0; chunk--, k += TTQ_CHUNK, w += 64 * bits, operands += method.bytes) {
      next = fetch(next, bits);
      method.add(w, operands, bits, sums);
    }
    next = fetch(next, 1);
    const __m512 both = _mm512_mul_ps(ttq_halves512(w), _mm512_set1_ps(x_scale[j]));
    total = _mm512_fmadd_ps(_mm512_cvtepi32_ps(plane_products(sums, bits)), both, total);
    total = _mm512_fmadd_ps(ttq_halves512(w + 32), _mm512_set1_ps(x_sum[j]), total);
    w += 64;
  }
  _mm512_mask_storeu_ps(y, rows, total);
  return next;
}

// Where the operands of all channels stay in L1, panels are read in the order of their addresses, and fetched a fixed distance
// ahead. Else some panels take turns on each block of channels, which is small, for jumps between panels leave the hardware's
// own fetching behind; those of the next turn are fetched meanwhile, again in the order of their addresses. The first turn,
// which nobody fetched, is read in that order too, and the last fetches itself.
TTQ_INLINE void planes_cover(const ttq_qmatmul_args *a, int bits, planes_method method) {
  assert(a->bits == (size_t)bits && a->n > 0 && a->k > 0 && a->group % TTQ_CHUNK == 0 && a->y_stride >= a->n && a->scratch);
  const size_t kp = ttq_padded_k(a->k), panel = ttq_panel_bytes(a->k, (size_t)bits, a->group);
  const int whole = kp <= method.most;
  const size_t panels = ttq_padded_n(a->n) / TTQ_PANEL, turns = whole ? 1 : (panels * panel + TURN_BYTES - 1) / TURN_BYTES;
  const size_t rows = (panels + turns - 1) / turns * TTQ_PANEL;
  for (size_t t = 0; t < a->tokens; t++) {
    method.prepare(a->x_codes + t * kp, kp, (uint8_t *)a->scratch);
    for (size_t n = 0; n < a->n; n += rows) {
      const size_t block = n == 0 ? kp : method.most / 4, after = n + rows < a->n ? n + rows : n;
      uintptr_t next = (uintptr_t)ttq_panel(a, after) + (whole ? AHEAD : 0);
      for (size_t k = 0; k < kp; k += block)
        for (size_t r = n; r < n + rows && r < a->n; r += TTQ_PANEL)
          next = planes_tile(a, r, t, k, k + block < kp ? k + block : kp, bits, method, next);
    }
  }
}

TTQ_REGION_END
