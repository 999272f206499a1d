internal import COpenBLAS

extension OpenBLAS {
  /// Factors B (N x r) and A (r x K) of the best approximation of rank r of `matrix` (N x K, row-major), singular values split evenly;
  /// nil where LAPACK does not converge.
  ///
  /// A matrix of more than 768 rows and columns goes through a random subspace of 16 more dimensions and four power iterations (Halko,
  /// Martinsson and Tropp, SIAM Review 53(2), 2011).
  package func truncatedSVD(_ matrix: [Float], n: Int, k: Int, rank: Int) -> (b: [Float], a: [Float])? {
    let depth = rank + 16
    guard min(n, k) > max(768, depth) else {
      return decompose(matrix, n: n, k: k).map { Self.split($0, n: n, k: k, rank: rank) }
    }
    var random = TrialRandom(seed: 1)
    var right = random.bells(depth * k)
    var left = [Float](repeating: 0, count: depth * n)
    for _ in 0..<5 {
      // Rows span the subspace: left = right W^T, then right = left W.
      multiply(right, CblasNoTrans, matrix, CblasTrans, into: &left, depth, n, k)
      Self.orthonormalize(&left, rows: depth, n)
      multiply(left, CblasNoTrans, matrix, CblasNoTrans, into: &right, depth, k, n)
    }
    // left^T left W is W in the subspace, and right = left W is small.
    guard let small = decompose(right, n: depth, k: k) else { return nil }
    let factors = Self.split(small, n: depth, k: k, rank: rank)
    var b = [Float](repeating: 0, count: n * rank)
    multiply(left, CblasTrans, factors.b, CblasNoTrans, into: &b, n, rank, depth)
    return (b, factors.a)
  }

  private struct Decomposition {
    /// N rows of min(N, K): left vectors by column.
    let left: [Float]
    let values: [Float]
    /// Right vectors, rows of K.
    let right: [Float]
  }

  private static func split(
    _ found: Decomposition, n: Int, k: Int, rank: Int
  ) -> (b: [Float], a: [Float]) {
    let count = found.values.count
    let roots = found.values.prefix(rank).map { $0.squareRoot() }
    let b = (0..<n).flatMap { row in (0..<rank).map { found.left[row * count + $0] * roots[$0] } }
    let a = (0..<rank).flatMap { row in (0..<k).map { found.right[row * k + $0] * roots[row] } }
    return (b, a)
  }

  /// The whole decomposition. Row-major N x K is the transpose in LAPACK's order, which exchanges left and right.
  private func decompose(_ matrix: [Float], n: Int, k: Int) -> Decomposition? {
    let count = min(n, k)
    var a = matrix
    var values = [Float](repeating: 0, count: count)
    var right = [Float](repeating: 0, count: count * k)
    var left = [Float](repeating: 0, count: n * count)
    var mode = CChar(bitPattern: UInt8(ascii: "S"))
    var (rows, columns, size, status) = (Int32(k), Int32(n), Int32(count), Int32(0))
    var indices = [Int32](repeating: 0, count: 8 * count)
    // The first call asks for the size of the work memory.
    var work: [Float] = [0]
    var length: Int32 = -1
    for _ in 0..<2 {
      unsafe sgesdd(
        &mode, &rows, &columns, &a, &rows, &values, &right, &rows, &left, &size, &work, &length, &indices, &status, 1)
      guard status == 0 else { return nil }
      guard length < 0 else { break }
      length = Int32(work[0])
      work = [Float](repeating: 0, count: Int(length))
    }
    return Decomposition(left: left, values: values, right: right)
  }

  /// c = a b, c of `m` x `n` and `k` the inner dimension, all row-major before they are transposed.
  private func multiply(
    _ a: [Float], _ transposedA: CBLAS_TRANSPOSE, _ b: [Float], _ transposedB: CBLAS_TRANSPOSE, into c: inout [Float],
    _ m: Int, _ n: Int, _ k: Int
  ) {
    let (strideA, strideB) = (transposedA == CblasTrans ? m : k, transposedB == CblasTrans ? k : n)
    unsafe sgemm(
      CblasRowMajor, transposedA, transposedB, Int32(m), Int32(n), Int32(k), 1, a, Int32(strideA), b, Int32(strideB), 0,
      &c, Int32(n))
  }

  /// Makes rows of `n` orthonormal, twice over against rounding; a row that depends on those before becomes 0.
  private static func orthonormalize(_ rows: inout [Float], rows count: Int, _ n: Int) {
    for row in 0..<count {
      for _ in 0..<2 {
        for other in 0..<row {
          var product: Float = 0
          for index in 0..<n { product += rows[row * n + index] * rows[other * n + index] }
          for index in 0..<n { rows[row * n + index] -= product * rows[other * n + index] }
        }
      }
      let length = (0..<n).reduce(0.0) { $0 + Double(rows[row * n + $1]) * Double(rows[row * n + $1]) }.squareRoot()
      let inverse = length > 1e-20 ? Float(1 / length) : 0
      for index in 0..<n { rows[row * n + index] *= inverse }
    }
  }
}
