#pragma once
// Types only: OpenBLAS picks its kernels in its constructor, so the library is opened with dlopen once
// OPENBLAS_CORETYPE is set, never linked. Debian's build has 32-bit indices.
#include <cblas.h>
#include <stddef.h>
typedef void (*ttq_sgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m, int n, int k, float alpha,
                          const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
    __attribute__((swift_attr("@Sendable")));
typedef void (*ttq_sgemv)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, int m, int n, float alpha, const float *a, int lda,
                          const float *x, int incx, float beta, float *y, int incy) __attribute__((swift_attr("@Sendable")));
// LAPACK by its Fortran names, arguments by address; lengths of the strings last.
typedef void (*ttq_dpotrf)(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t)
    __attribute__((swift_attr("@Sendable")));
typedef void (*ttq_sgesdd)(const char *jobz, const int *m, const int *n, float *a, const int *lda, float *s, float *u, const int *ldu,
                           float *vt, const int *ldvt, float *work, const int *lwork, int *iwork, int *info, size_t)
    __attribute__((swift_attr("@Sendable")));
typedef char *(*ttq_corename)(void) __attribute__((swift_attr("@Sendable")));
typedef void (*ttq_set_threads)(int) __attribute__((swift_attr("@Sendable")));
