internal import Kernels

/// What a calibration text says of the inputs of a linear problem: sums over its tokens.
struct InputMoments: Sendable {
  let k: Int
  private(set) var tokens = 0
  /// sum of |x_k|
  private(set) var magnitudes: [Double]
  /// sum of x_j x_k, K x K
  private(set) var products: [Float]
  private let blas: OpenBLAS

  init(k: Int, blas: OpenBLAS) {
    self.k = k
    self.blas = blas
    magnitudes = Array(repeating: 0, count: k)
    products = Array(repeating: 0, count: k * k)
  }

  /// Adds T rows of K.
  mutating func add(_ x: Span<Float>) {
    let rows = x.count / k
    for row in 0..<rows { for channel in 0..<k { magnitudes[channel] += Double(abs(x[row * k + channel])) } }
    blas.addGram(of: x, rows: rows, n: k, to: &products)
    tokens += rows
  }

  /// The squared error that `differences` of the weights, N rows of K, make in the outputs.
  func outputError(_ differences: [Float]) -> Double {
    blas.quadraticForm(differences, rows: differences.count / k, n: k, products)
  }

  /// The channels by their power, the greatest first; of two equal ones the first.
  var loudestFirst: [Int] {
    (0..<k).sorted { (-products[$0 * k + $0], $0) < (-products[$1 * k + $1], $1) }
  }

  /// The upper Cholesky factor of the inverse of `products`, their channels in `order`, with `damping` times their mean diagonal added to
  /// the diagonal.
  func inverseFactor(damping: Double, order: [Int]) -> [Double]? {
    var matrix = order.flatMap { row in order.map { Double(products[row * k + $0]) } }
    let mean = (0..<k).reduce(0) { $0 + matrix[$1 * k + $1] } / Double(k)
    for channel in 0..<k { matrix[channel * k + channel] += mean > 0 ? damping * mean : 1 }
    return blas.inverseFactor(matrix, n: k)
  }
}
