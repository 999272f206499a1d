#pragma once

// Include after a vector_*.h and <assert.h>, in a target region.

// y of `rows` rows x `tokens` tokens as dot products along K: every weight is widened once per tile and every register of
// sums is reduced once, at the end. Rows past the last one repeat it and are not written.
static inline __attribute__((always_inline)) void dot_tile(
    uint32_t element, const ttq_matmul_args *a, size_t n, size_t rows, size_t t, size_t tokens) {
  const size_t bytes = element == TTQ_F32 ? 4 : 2;
  const uint8_t *w[8];
  vf total[8][4];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    w[r] = (const uint8_t *)a->w + (n + r < a->n ? n + r : a->n - 1) * a->k * bytes;
#pragma clang loop unroll(full)
    for (size_t i = 0; i < tokens; i++) total[r][i] = vf_all(0);
  }
  const float *x = a->x + t * a->x_stride;
  size_t k = 0;
  for (; k + VF <= a->k; k += VF) {
    vf u[4];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < tokens; i++) u[i] = vf_load(x + i * a->x_stride + k);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
      // Rows of 16 bits are short: they would end before the hardware's prefetchers are up to speed.
      if (tokens == 1 && bytes == 2) _mm_prefetch((const char *)w[r] + (rows * a->k + k) * bytes, _MM_HINT_T0);
      const vf v = vf_widen(element, w[r] + k * bytes);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < tokens; i++) total[r][i] = vf_fma(v, u[i], total[r][i]);
    }
  }
  const size_t left = a->k - k;
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    const vf v = left ? vf_widen_first(element, w[r] + k * bytes, left) : vf_all(0);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < tokens; i++) {
      const vf u = left ? vf_load_first(x + i * a->x_stride + k, left) : vf_all(0);
      const float y = vf_sum(vf_fma(v, u, total[r][i]));
      if (n + r < a->n) a->y[(t + i) * a->y_stride + n + r] = y;
    }
  }
}

// Rows outermost: the weights come from memory once, the activations stay in the cache. `tokens` is 1, 2 or 4.
static inline __attribute__((always_inline)) void multiply_by_dots(
    uint32_t element, const ttq_matmul_args *a, size_t rows, size_t tokens) {
  assert(a->k > 0 && a->x_stride >= a->k && a->y_stride >= a->n);
  for (size_t n = 0; n < a->n; n += rows) {
    size_t t = 0;
    for (; t + tokens <= a->tokens; t += tokens) dot_tile(element, a, n, rows, t, tokens);
    if (tokens > 2 && (a->tokens - t) & 2) dot_tile(element, a, n, rows, t, 2), t += 2;
    if (tokens > 1 && (a->tokens - t) & 1) dot_tile(element, a, n, rows, t, 1);
  }
}
