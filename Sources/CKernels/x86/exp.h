#pragma once

// e^x for x <= 0, relative error below 1e-6 where the result is a normal number, 0 far below. Include after a vector_*.h, in
// a target region. With n = round(x / ln 2) and r = x - n ln 2, |r| <= 0.347: e^x = 2^n e^r, and the Taylor series of e^r
// ends at r^7 with a remainder of 6e-9. ln 2 is in two parts, the first with 9 trailing zeros, so that n ln 2 is exact there.
static inline __attribute__((always_inline)) vf vf_exp(vf x) {
  x = vf_max(vf_all(-104), x); // e^-104 is below the least subnormal; in this order NaN stays NaN
  const vf n = vf_round(vf_mul(x, vf_all(1.44269504f)));
  const vf r = vf_fma(n, vf_all(-1.42860677e-6f), vf_fma(n, vf_all(-0.693145752f), x));
  vf sum = vf_all(1.0f / 5040);
  sum = vf_fma(sum, r, vf_all(1.0f / 720));
  sum = vf_fma(sum, r, vf_all(1.0f / 120));
  sum = vf_fma(sum, r, vf_all(1.0f / 24));
  sum = vf_fma(sum, r, vf_all(1.0f / 6));
  sum = vf_fma(sum, r, vf_all(1.0f / 2));
  sum = vf_fma(sum, r, vf_all(1));
  sum = vf_fma(sum, r, vf_all(1));
  return vf_scale2(sum, n);
}
