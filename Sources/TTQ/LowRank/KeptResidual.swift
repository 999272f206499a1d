internal import Kernels
internal import Records

/// What low-rank factors leave of a matrix, W - B A, in bf16 and in place of it: quantizing then reads it like plain weights, where it
/// would form it anew in every pass (method.md, step 3).
final class KeptResidual: Sendable {
  private let values: AlignedBuffer<UInt16>

  /// Forms the residual of `weights` and lets go of the pages that they are mapped on.
  init(_ weights: LinearWeights, factors: LowRankFactors) {
    let (k, rank, (b, a)) = (weights.k, factors.rank, factors.stored)
    var kept = AlignedBuffer<UInt16>(repeating: 0, count: weights.n * k)
    var first = 0
    for part in weights.parts {
      for row in 0..<part.shape[0] {
        var rest = part.floats(row * k..<(row + 1) * k)
        for column in 0..<rank {
          Self.subtract(b[(first + row) * rank + column], a.span.extracting(column * k..<(column + 1) * k), from: &rest)
        }
        var target = kept.mutableSpan
        for channel in 0..<k { target[(first + row) * k + channel] = LowRankFactors.rounded(rest[channel]) }
      }
      first += part.shape[0]
      part.release()
    }
    values = consume kept
  }

  /// Bytes that are held.
  var byteCount: Int { values.count * MemoryLayout<UInt16>.size }

  /// The rows as quantizing takes them; valid as long as this object lives.
  @unsafe func rows(n: Int, k: Int) -> WeightRows {
    unsafe WeightRows(parts: [(start: UnsafeRawPointer(values.pointer), rows: n)], k: k, element: .bf16)
  }

  private static func subtract(_ factor: Float, _ a: Span<Float>, from rest: inout [Float]) {
    var span = rest.mutableSpan
    for channel in a.indices { unsafe span[unchecked: channel] -= factor * a[unchecked: channel] }
  }
}
