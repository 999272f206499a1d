#pragma once

// A panel is 2 VF columns of single precision, one row of it per step of the summed index ("depth"), so that a tile of
// tokens x panel is broadcasts of x against two registers of the panel. Include after a vector_*.h, in a target region.
// PANEL_TOKENS is the tile that fills this ISA's registers with sums.
enum { PANEL = 2 * VF, PANEL_TOKENS = VF == 16 ? 12 : 6 };

// The panel of `depth` channels of `n` rows of w (at most PANEL), transposed; columns past n repeat the last row. What lies
// at the same places from `next` on is fetched into the cache on the way; it need not exist.
static inline __attribute__((always_inline)) void pack_panel(
    uint32_t element, const void *w, size_t stride, size_t n, size_t depth, float *panel, const void *next) {
  const size_t bytes = element == TTQ_F32 ? 4 : 2;
  for (size_t column = 0; column < PANEL; column += VF)
    for (size_t k = 0; k < depth; k += VF) {
      const size_t count = depth - k < VF ? depth - k : VF;
      vf block[VF];
#pragma clang loop unroll(full)
      for (size_t i = 0; i < VF; i++) {
        const size_t row = column + i < n ? column + i : n - 1;
        const size_t place = (row * stride + k) * bytes;
        const uint8_t *p = (const uint8_t *)w + place;
        _mm_prefetch((const char *)next + place, _MM_HINT_T0);
        block[i] = count == VF ? vf_widen(element, p) : vf_widen_first(element, p, count);
      }
      vf_transpose(block);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < VF; i++)
        if (i < count) vf_store(panel + (k + i) * PANEL + column, block[i]);
    }
}

// y[t][c] (+)= sum over depth of panel[k][c] * x[t][k]. Only `columns` columns of the panel and of y exist.
typedef struct {
  const float *panel;
  size_t panel_stride, columns, depth;
  const float *x;
  size_t x_stride;
  float *y;
  size_t y_stride;
  int accumulate;
} panel_product;

static inline __attribute__((always_inline)) void multiply_tile(const panel_product *p, size_t t, size_t tokens, int full) {
  const size_t left = p->columns < VF ? p->columns : VF, right = p->columns - left;
  const float *x = p->x + t * p->x_stride, *row = p->panel;
  float *y = p->y + t * p->y_stride;
  vf total[PANEL_TOKENS][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < tokens; i++) total[i][0] = total[i][1] = vf_all(0);
  for (size_t k = 0; k < p->depth; k++, row += p->panel_stride) {
    const vf a = full ? vf_load(row) : vf_load_first(row, left);
    const vf b = full ? vf_load(row + VF) : vf_load_first(row + VF, right);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < tokens; i++) {
      const vf u = vf_all(x[i * p->x_stride + k]);
      total[i][0] = vf_fma(a, u, total[i][0]);
      total[i][1] = vf_fma(b, u, total[i][1]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < tokens; i++) {
    float *out = y + i * p->y_stride;
    if (p->accumulate) {
      total[i][0] = vf_add(total[i][0], full ? vf_load(out) : vf_load_first(out, left));
      total[i][1] = vf_add(total[i][1], full ? vf_load(out + VF) : vf_load_first(out + VF, right));
    }
    full ? vf_store(out, total[i][0]) : vf_store_first(out, total[i][0], left);
    full ? vf_store(out + VF, total[i][1]) : vf_store_first(out + VF, total[i][1], right);
  }
}

// Tiles of PANEL_TOKENS tokens, then what is left by powers of two.
static inline __attribute__((always_inline)) void multiply_tokens(const panel_product *p, size_t t, size_t tokens, int full) {
  for (; t + PANEL_TOKENS <= tokens; t += PANEL_TOKENS) multiply_tile(p, t, PANEL_TOKENS, full);
  if ((tokens - t) & 8) multiply_tile(p, t, 8, full), t += 8;
  if ((tokens - t) & 4) multiply_tile(p, t, 4, full), t += 4;
  if ((tokens - t) & 2) multiply_tile(p, t, 2, full), t += 2;
  if ((tokens - t) & 1) multiply_tile(p, t, 1, full);
}

// The product for the tokens begin ..< tokens.
static __attribute__((noinline)) void multiply_panel(const panel_product *p, size_t begin, size_t tokens) {
  if (p->columns == PANEL)
    multiply_tokens(p, begin, tokens, 1);
  else
    multiply_tokens(p, begin, tokens, 0);
}
