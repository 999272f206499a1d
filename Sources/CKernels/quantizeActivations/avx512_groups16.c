#if defined(__x86_64__)
#include "../x86/vector_avx512.h"

#include <assert.h>
#include <float.h>

#include "../x86/region.h"

TTQ_REGION(TTQ_TARGET_AVX512)
#include "groups.h"

// Sixteen groups of a token at a time: what is reduced over each group ends in one lane of a register, so that the sixteen
// take one division where each took two, and a quarter of the shuffles.
enum { GROUPS = 16 };

TTQ_INLINE vf greater(vf a, vf b) { return vf_max(a, b); }
TTQ_INLINE vf plus(vf a, vf b) { return vf_add(a, b); }

// Lane i: `join` over all lanes of rows[i]. Halves of registers are joined, then quarters, then lanes; the last shuffle brings the
// groups back into order.
TTQ_INLINE vf reduce_rows(vf rows[GROUPS], vf join(vf, vf)) {
  TTQ_UNROLL for (int i = 0; i < 8; i++)
    rows[i] = join(_mm512_shuffle_f32x4(rows[i], rows[i + 8], 0x44), _mm512_shuffle_f32x4(rows[i], rows[i + 8], 0xee));
  TTQ_UNROLL for (int i = 0; i < 4; i++)
    rows[i] = join(_mm512_shuffle_f32x4(rows[i], rows[i + 4], 0x88), _mm512_shuffle_f32x4(rows[i], rows[i + 4], 0xdd));
  TTQ_UNROLL for (int i = 0; i < 2; i++)
    rows[i] = join(_mm512_shuffle_ps(rows[i], rows[i + 2], 0x44), _mm512_shuffle_ps(rows[i], rows[i + 2], 0xee));
  const vf joined = join(_mm512_shuffle_ps(rows[0], rows[1], 0x88), _mm512_shuffle_ps(rows[0], rows[1], 0xdd));
  const __m512i order = _mm512_setr_epi32(0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15);
  return _mm512_permutexvar_ps(order, joined);
}

// The first sixteen groups of the first token, all whole, of `group` channels each.
TTQ_INLINE void sixteen_groups(const ttq_quantize_activations_args *a, int group) {
  vf rows[GROUPS];
  TTQ_UNROLL for (int i = 0; i < GROUPS; i++) {
    rows[i] = vf_all(0);
    TTQ_UNROLL for (int k = i * group; k < (i + 1) * group; k += VF)
      rows[i] = vf_max(rows[i], vf_abs(vf_mul(vf_load(a->x + k), vf_load(a->inverse_scale + k))));
  }
  const vf step = _mm512_div_ps(reduce_rows(rows, greater), vf_all(127));
  const __mmask16 usable = _mm512_cmp_ps_mask(step, vf_all(FLT_MIN), _CMP_NLT_UQ);
  const vf scale = _mm512_maskz_mov_ps(usable, step);
  const __mmask16 positive = _mm512_cmp_ps_mask(scale, vf_all(0), _CMP_GT_OQ); // not NaN
  const vf inverse = _mm512_maskz_div_ps(positive, vf_all(1), scale), half = vf_all(0.5f);
  float inverses[GROUPS];
  vf_store(inverses, inverse);
  TTQ_UNROLL for (int i = 0; i < GROUPS; i++) {
    rows[i] = vf_all(0); // sums of integers below 2^24: exact
    TTQ_UNROLL for (int k = i * group; k < (i + 1) * group; k += VF) {
      const vf u = vf_mul(vf_load(a->x + k), vf_load(a->inverse_scale + k));
      const vf code = vf_trunc(vf_add(vf_mul(u, vf_all(inverses[i])), vf_signed(half, u)));
      vf_store_i8(a->codes + k, code);
      rows[i] = vf_add(rows[i], code);
    }
  }
  vf_store(a->scale, scale);
  vf_store(a->sum, vf_mul(scale, reduce_rows(rows, plus)));
}

TTQ_INLINE void each_sixteen(const ttq_quantize_activations_args *a, int group) {
  const size_t padded_k = ttq_padded_k(a->k), groups = ttq_groups(a->k, a->group);
  const size_t channels = GROUPS * (size_t)group;
  for (size_t t = 0; t < a->tokens; t++) {
    ttq_quantize_activations_args rest = *a;
    rest.tokens = 1;
    rest.x += t * a->x_stride, rest.codes += t * padded_k;
    rest.scale += t * groups, rest.sum += t * groups;
    for (; rest.k >= channels; rest.k -= channels) {
      sixteen_groups(&rest, group);
      rest.x += channels, rest.inverse_scale += channels, rest.codes += channels;
      rest.scale += GROUPS, rest.sum += GROUPS;
    }
    if (rest.k > 0) each_group(&rest, group_a8);
  }
}

void ttq_quantize_activations_a8_avx512_groups16(const ttq_quantize_activations_args *a) {
  if (a->group == 32) each_sixteen(a, 32);
  else if (a->group == 64) each_sixteen(a, 64);
  else each_sixteen(a, 128);
}

TTQ_REGION_END
#endif
