package import COpenBLAS
internal import Glibc

/// The functions of OpenBLAS that are used, taken from the library at first use.
///
/// OpenBLAS picks its kernels in its constructor and would start threads of its own, so it is opened with `dlopen` after its
/// environment is set, never linked. Its own threading stays off: work is shared by our pool.
@safe package struct OpenBLAS: Sendable {
  package let sgemm: ttq_sgemm
  package let sgemv: ttq_sgemv
  /// Cholesky factor of a symmetric matrix, and the inverse from that factor: LAPACK's dpotrf and dpotri, which share a form.
  package let dpotrf: ttq_dpotrf
  package let dpotri: ttq_dpotrf
  /// Singular value decomposition: LAPACK's sgesdd.
  package let sgesdd: ttq_sgesdd
  /// The kernel set that OpenBLAS chose, such as `SkylakeX`.
  package let coreName: String

  /// The library, or why it is not to be had; opened once.
  package static let loaded: Result<OpenBLAS, OpenBLASError> = open()

  /// Asks for a kernel set by its core name; heeded where the library was not opened yet and the user asked for none.
  package static func prefer(core: String) { unsafe setenv("OPENBLAS_CORETYPE", core, 0) }

  /// Asks for a kernel set whatever the user asked for, in a process that is there to try it.
  package static func demand(core: String) { unsafe setenv("OPENBLAS_CORETYPE", core, 1) }

  /// The kernel sets worth trying on a processor with `isa`: `core` first, which it would have by rule.
  package static func alternatives(to core: String, isa: ISA) -> [String] {
    let known: [(name: String, isa: ISA)] = [
      ("Sandybridge", .avx2), ("Haswell", .avx2), ("Zen", .avx2), ("SkylakeX", .avx512), ("Cooperlake", .avx512bf16),
    ]
    return [core] + known.filter { isa.contains($0.isa) && $0.name != core }.map(\.name)
  }

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
      let name = unsafe dlsym(library, "openblas_get_corename"), let dpotrf = unsafe dlsym(library, "dpotrf_"),
      let dpotri = unsafe dlsym(library, "dpotri_"), let sgesdd = unsafe dlsym(library, "sgesdd_")
    else {
      return .failure(
        .notFound(
          "libopenblas.so.0 lacks one of cblas_sgemm, cblas_sgemv, dpotrf_, dpotri_, sgesdd_, openblas_get_corename"))
    }
    let core = unsafe unsafeBitCast(name, to: ttq_corename.self)()
    return unsafe .success(
      OpenBLAS(
        sgemm: unsafe unsafeBitCast(sgemm, to: ttq_sgemm.self), sgemv: unsafe unsafeBitCast(sgemv, to: ttq_sgemv.self),
        dpotrf: unsafe unsafeBitCast(dpotrf, to: ttq_dpotrf.self),
        dpotri: unsafe unsafeBitCast(dpotri, to: ttq_dpotrf.self),
        sgesdd: unsafe unsafeBitCast(sgesdd, to: ttq_sgesdd.self),
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

extension OpenBLAS {
  /// The upper Cholesky factor R of the inverse of a symmetric positive matrix, `n` x `n` row-major: inverse = R^T R. nil where it is not
  /// positive.
  package func inverseFactor(_ matrix: [Double], n: Int) -> [Double]? {
    var a = matrix
    var size = Int32(n)
    var status: Int32 = 0
    // Row-major upper is the Fortran lower triangle.
    var lower = Int8(UInt8(ascii: "L"))
    let succeeded = unsafe a.withUnsafeMutableBufferPointer { a in
      unsafe dpotrf(&lower, &size, a.baseAddress, &size, &status, 1)
      if status == 0 { unsafe dpotri(&lower, &size, a.baseAddress, &size, &status, 1) }
      if status == 0 { unsafe dpotrf(&lower, &size, a.baseAddress, &size, &status, 1) }
      return status == 0
    }
    guard succeeded else { return nil }
    for row in 0..<n { for column in 0..<row { a[row * n + column] = 0 } }
    return a
  }

  /// c += a^T a for `a` of `rows` x `n`, row-major.
  package func addGram(of a: Span<Float>, rows: Int, n: Int, to c: inout [Float]) {
    unsafe a.withUnsafeBufferPointer { a in
      unsafe c.withUnsafeMutableBufferPointer { c in
        let size = Int32(n)
        unsafe sgemm(
          CblasRowMajor, CblasTrans, CblasNoTrans, size, size, Int32(rows), 1, a.baseAddress, size, a.baseAddress, size,
          1,
          c.baseAddress, size)
      }
    }
  }

  /// The sum over the rows d of `a`, each of `n`, of d h d^T, h of `n` x `n` and symmetric.
  package func quadraticForm(_ a: [Float], rows: Int, n: Int, _ h: [Float]) -> Double {
    var product = [Float](repeating: 0, count: a.count)
    unsafe a.withUnsafeBufferPointer { a in
      unsafe h.withUnsafeBufferPointer { h in
        unsafe product.withUnsafeMutableBufferPointer { product in
          let size = Int32(n)
          unsafe sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), size, size, 1, a.baseAddress, size, h.baseAddress,
            size,
            0, product.baseAddress, size)
        }
      }
    }
    var total = 0.0
    for index in a.indices { total += Double(a[index] * product[index]) }
    return total
  }
}
