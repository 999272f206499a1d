internal import CKernels
internal import Records

/// `lowrank` of cold factors by hot activations; each copy in the arena is B followed by A.
final class LowRankTrial: Trial {
  let copies: Int
  private let operation: LowRank
  private let pool: ThreadPool
  private let arena: ColdArena
  private let problem: Problem
  private let copyBytes: Int
  private let x: AlignedBuffer<Float>
  private var y: CanaryBuffer

  init(
    variant: Variant<LowRankKernel>, problem: Problem, configuration: Configuration, pool: ThreadPool,
    arena: ColdArena, seed: UInt64
  ) {
    let (n, k, rank) = (problem.n, problem.k, problem.rank)
    let size = 2 * rank * (n + k)
    unsafe arena.fill(size: size, key: "factors/\(n)x\(k)r\(rank)/\(seed)") { start in
      unsafe TrialWeights.fill(start, count: rank * (n + k), element: .bf16, seed: seed)
    }
    operation = LowRank(variant, configuration)
    copies = arena.copies(of: size)
    copyBytes = size
    x = TrialActivations.make(tokens: problem.tokens, k: k, seed: seed &+ 3)
    y = CanaryBuffer(count: problem.tokens * n)
    for index in 0..<y.count { unsafe y.pointer[index] = 0 }
    self.problem = problem
    self.pool = pool
    self.arena = arena
  }

  func run(copy: Int) {
    let b = unsafe UnsafeRawPointer(arena.copy(copy, of: copyBytes)).assumingMemoryBound(to: UInt16.self)
    let factors = unsafe ttq_low_rank(rank: problem.rank, b: b, a: b + problem.n * problem.rank)
    unsafe operation.run(
      ttq_lowrank_args(
        factors: factors, n: problem.n, k: problem.k, tokens: problem.tokens, x: x.pointer, x_stride: problem.k,
        y: y.pointer, y_stride: problem.n, scratch: nil), pool: pool)
  }

  func check() -> TrialCheck {
    func before(_ index: Int) -> Float { Float(index % 7) / 16 }
    for index in 0..<y.count { unsafe y.pointer[index] = before(index) }
    run(copy: 0)
    let (n, k, rank) = (problem.n, problem.k, problem.rank)
    let factors = unsafe UnsafeRawPointer(arena.copy(0, of: copyBytes))
    func element(_ index: Int) -> Double { unsafe Double(ElementType.bf16.widen(factors, index: index)) }
    let z = (0..<problem.tokens * rank).map { index in
      let (t, i) = (index / rank, index % rank)
      return (0..<k).reduce(0.0) { $0 + element(n * rank + i * k + $1) * Double(x[t * k + $1]) }
    }
    let indices = checkedIndices(rows: problem.tokens, columns: n)
    let expected = indices.map { index in
      let (t, row) = (index / n, index % n)
      return (0..<rank).reduce(Double(before(index))) { $0 + element(row * rank + $1) * z[t * rank + $1] }
    }
    return y.compare(at: indices, with: expected)
  }
}
