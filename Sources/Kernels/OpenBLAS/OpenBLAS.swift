package import COpenBLAS
internal import Glibc

/// The functions of OpenBLAS that are used, taken from the library at first use.
///
/// OpenBLAS picks its kernels in its constructor and would start threads of its own, so it is opened with `dlopen` after its
/// environment is set, never linked. Its own threading stays off: work is shared by our pool.
@safe package struct OpenBLAS: Sendable {
  package let sgemm: ttq_sgemm
  package let sgemv: ttq_sgemv
  /// The kernel set that OpenBLAS chose, such as `SkylakeX`.
  package let coreName: String

  /// The library, or why it is not to be had; opened once.
  package static let loaded: Result<OpenBLAS, OpenBLASError> = open()

  private static func open() -> Result<OpenBLAS, OpenBLASError> {
    // Debian's 0.3.21 does not know newer processors and falls back to Haswell kernels on them; SkylakeX runs on any AVX-512.
    if case .success(let machine) = Result(catching: { try Machine.probe() }), machine.hardwareISA.contains(.avx512) {
      unsafe setenv("OPENBLAS_CORETYPE", "SkylakeX", 0)
    }
    unsafe setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = unsafe dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else {
      return .failure(.notFound(unsafe dlerror().map { unsafe String(cString: $0) } ?? "libopenblas.so.0"))
    }
    guard let sgemm = unsafe dlsym(library, "cblas_sgemm"), let sgemv = unsafe dlsym(library, "cblas_sgemv"),
      let name = unsafe dlsym(library, "openblas_get_corename")
    else { return .failure(.notFound("libopenblas.so.0 has no cblas_sgemm, cblas_sgemv or openblas_get_corename")) }
    let core = unsafe unsafeBitCast(name, to: ttq_corename.self)()
    return unsafe .success(
      OpenBLAS(
        sgemm: unsafe unsafeBitCast(sgemm, to: ttq_sgemm.self), sgemv: unsafe unsafeBitCast(sgemv, to: ttq_sgemv.self),
        coreName: unsafe core.map { unsafe String(cString: $0) } ?? "unknown"))
  }
}

/// Why OpenBLAS variants are not available.
package enum OpenBLASError: Error, Hashable, CustomStringConvertible {
  case notFound(String)

  package var description: String {
    switch self {
    case .notFound(let reason): "needs OpenBLAS (\(reason))"
    }
  }
}
