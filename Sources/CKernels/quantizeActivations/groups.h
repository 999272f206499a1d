#pragma once

// Include after a vector_*.h, <assert.h> and <float.h>, in a target region.

// The contract's a8 arithmetic rounds every operation.
#pragma clang fp contract(off)

// Where one group of one token lies: `count` channels below K, `padded` of them written.
typedef struct {
  const float *x, *inverse_scale;
  size_t count, padded;
  size_t channel; // of `codes` or `values`
  size_t index;   // of `scale` and `sum`
} group_place;

static inline __attribute__((always_inline)) vf scaled(const group_place *g, size_t k) {
  if (k + VF <= g->count) return vf_mul(vf_load(g->x + k), vf_load(g->inverse_scale + k));
  const size_t left = k < g->count ? g->count - k : 0;
  return vf_mul(vf_load_first(g->x + k, left), vf_load_first(g->inverse_scale + k, left));
}

static inline __attribute__((always_inline)) void group_a8(const ttq_quantize_activations_args *a, const group_place *g) {
  vf u[128 / VF], greatest = vf_all(0);
  for (size_t k = 0; k < g->padded; k += VF) {
    u[k / VF] = scaled(g, k);
    greatest = vf_max(greatest, vf_abs(u[k / VF]));
  }
  const float step = vf_greatest(greatest) / 127, scale = step < FLT_MIN ? 0 : step;
  const vf inverse = vf_all(scale > 0 ? 1 / scale : 0), half = vf_all(0.5f);
  vf sum = vf_all(0); // of integers below 2^24: exact
  for (size_t k = 0; k < g->padded; k += VF) {
    const vf code = vf_trunc(vf_add(vf_mul(u[k / VF], inverse), vf_signed(half, u[k / VF])));
    vf_store_i8(a->codes + g->channel + k, code);
    sum = vf_add(sum, code);
  }
  a->scale[g->index] = scale;
  a->sum[g->index] = scale * vf_sum(sum);
}

static inline __attribute__((always_inline)) void group_f32(const ttq_quantize_activations_args *a, const group_place *g) {
  vf sum = vf_all(0);
  for (size_t k = 0; k < g->padded; k += VF) {
    const vf u = scaled(g, k);
    vf_store(a->values + g->channel + k, u);
    sum = vf_add(sum, u);
  }
  a->sum[g->index] = vf_sum(sum);
}

typedef void group_function(const ttq_quantize_activations_args *, const group_place *);

static inline __attribute__((always_inline)) void each_group(
    const ttq_quantize_activations_args *a, group_function *quantize) {
  assert(a->group == 32 || a->group == 64 || a->group == 128);
  assert(a->x_stride >= a->k);
  const size_t padded_k = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  for (size_t t = 0; t < a->tokens; t++)
    for (size_t j = 0; j < groups; j++) {
      const size_t k = j * a->group, left = a->k - k, padded = padded_k - k;
      const group_place place = {
          .x = a->x + t * a->x_stride + k,
          .inverse_scale = a->inverse_scale + k,
          .count = left < a->group ? left : a->group,
          .padded = padded < a->group ? padded : a->group,
          .channel = t * padded_k + k,
          .index = t * groups + j,
      };
      quantize(a, &place);
    }
}
