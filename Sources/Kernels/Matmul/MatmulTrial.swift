internal import CKernels
internal import Records

/// `matmul` of cold weights by hot activations.
final class MatmulTrial: Trial {
  let copies: Int
  private let operation: Matmul
  private let pool: ThreadPool
  private let arena: ColdArena
  private let n: Int
  private let k: Int
  private let tokens: Int
  private let copyBytes: Int
  private let x: AlignedBuffer<Float>
  private var y: CanaryBuffer

  init(
    variant: Variant<MatmulKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena,
    seed: UInt64
  ) {
    let operation = Matmul(variant, configuration)
    let (n, k) = (problem.n, problem.k)
    let size = n * k * operation.element.bytes
    unsafe arena.fill(size: size, key: "dense/\(n)x\(k)/\(operation.element)/\(seed)") { start in
      unsafe TrialWeights.fill(start, count: n * k, element: operation.element, seed: seed)
    }
    copies = arena.copies(of: size)
    x = TrialActivations.make(tokens: problem.tokens, k: k, seed: seed &+ 3)
    y = CanaryBuffer(count: problem.tokens * n)
    tokens = problem.tokens
    copyBytes = size
    self.operation = operation
    self.pool = pool
    self.arena = arena
    self.n = n
    self.k = k
  }

  func run(copy: Int) {
    unsafe operation.run(
      ttq_matmul_args(
        w: arena.copy(copy, of: copyBytes), n: n, k: k, tokens: tokens, x: x.pointer, x_stride: k, y: y.pointer,
        y_stride: n,
        scratch: nil), pool: pool)
  }

  func check() -> TrialCheck {
    y.reset()
    run(copy: 0)
    let indices = checkedIndices(rows: tokens, columns: n)
    let expected = arena.product("matmul/\(operation.activation)/\(tokens)") {
      let weights = unsafe UnsafeRawPointer(arena.copy(0, of: copyBytes))
      return indices.map { index in
        unsafe denseProduct(weights, operation.element, row: index % n, x, operation.activation, token: index / n, k: k)
      }
    }
    return y.compare(at: indices, with: expected)
  }
}

/// The dot product of one row of N x K `weights` with one token of T x K `x`, in double precision.
func denseProduct(
  _ weights: UnsafeRawPointer, _ element: ElementType, row: Int, _ x: borrowing AlignedBuffer<Float>,
  _ activation: ActivationFormat, token: Int, k: Int
) -> Double {
  var total = 0.0
  for channel in 0..<k {
    total +=
      unsafe Double(element.widen(weights, index: row * k + channel))
      * Double(activation.rounded(x[token * k + channel]))
  }
  return total
}

extension ActivationFormat {
  /// `value` as it enters a full-precision product.
  func rounded(_ value: Float) -> Float { self == .bf16 ? BFloat16(rounding: value).widened : value }
}
