/// A reproducible stream of operands, or of choices among candidates: SplitMix64.
package struct TrialRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A value spread like activations and weights are: bell-shaped, standard deviation 1 (sum of four uniforms).
  mutating func bell() -> Float {
    let bits = next()
    var sum: Float = 0
    for part in 0..<4 { sum += Float((bits >> (16 * UInt64(part))) & 0xFFFF) / 65536 - 0.5 }
    return sum * 1.732
  }

  /// `count` bell-shaped values.
  mutating func bells(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in bell() * scale }
  }
}

/// An output buffer between canaries: a kernel that writes past its output is caught.
struct CanaryBuffer: ~Copyable {
  private static let margin = 64
  private static let canary: Float = -12345.678
  /// What an element holds that the kernel did not write.
  static let unwritten = Float.nan

  private var memory: AlignedBuffer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    memory = AlignedBuffer(repeating: Self.canary, count: count + 2 * Self.margin)
    reset()
  }

  /// Marks every element as not written.
  mutating func reset() {
    for i in 0..<count { memory[Self.margin + i] = Self.unwritten }
  }

  var pointer: UnsafeMutablePointer<Float> { unsafe memory.pointer + Self.margin }

  subscript(_ index: Int) -> Float { memory[Self.margin + index] }

  /// Whether something outside the output was overwritten.
  var overrun: Bool {
    for i in 0..<Self.margin where memory[i] != Self.canary || memory[Self.margin + count + i] != Self.canary {
      return true
    }
    return false
  }

  /// Compares the elements at `indices` with the reference's.
  func compare(at indices: [Int], with expected: [Double]) -> TrialCheck {
    if overrun { return TrialCheck(error: .infinity, fault: "wrote past its output") }
    var difference = 0.0
    var norm = 0.0
    for (index, reference) in zip(indices, expected) {
      let value = Double(self[index])
      guard value.isFinite else {
        return TrialCheck(error: .infinity, fault: "output \(index) is \(value) or was not written")
      }
      difference += (value - reference) * (value - reference)
      norm += reference * reference
    }
    if let lost = (0..<count).first(where: { !self[$0].isFinite }) {
      return TrialCheck(error: .infinity, fault: "output \(lost) is \(self[lost]) or was not written")
    }
    return TrialCheck(error: norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot())
  }
}

/// Which outputs of a rows x columns result a check compares: all of a small one; of a large one, evenly spread rows and columns
/// that include the first and the last.
func checkedIndices(rows: Int, columns: Int, limit: Int = 4096) -> [Int] {
  guard rows * columns > limit else { return Array(0..<rows * columns) }
  let pickedRows = spread(rows, to: 32)
  let pickedColumns = spread(columns, to: limit / max(1, pickedRows.count))
  return pickedRows.flatMap { row in pickedColumns.map { row * columns + $0 } }
}

private func spread(_ count: Int, to picks: Int) -> [Int] {
  guard count > picks, picks > 1 else { return Array(0..<count) }
  return (0..<picks).map { $0 * (count - 1) / (picks - 1) }
}
