internal import Records

/// The linear problems of a layer, and of the model's end. Layers that share an input are one, concatenated in this order.
package enum LinearRole: String, CaseIterable, Hashable, Sendable {
  /// Queries, keys and values.
  case qkv
  case output = "o"
  /// Gate, then up; up alone where nothing is gated.
  case gateUp = "gate_up"
  case down
  case head = "lm_head"
}

extension ModelConfiguration {
  /// Output channels of the query heads, and of the key or value heads.
  var queryWidth: Int { heads * headDimension }
  var keyValueWidth: Int { keyValueHeads * headDimension }

  /// Output channels of each tensor of a problem, and the input channels that they share.
  func shape(of role: LinearRole) -> (rows: [Int], k: Int) {
    switch role {
    case .qkv: ([queryWidth, keyValueWidth, keyValueWidth], hiddenSize)
    case .output: ([hiddenSize], queryWidth)
    case .gateUp:
      (Array(repeating: intermediateSize, count: architecture.family.activation.isGated ? 2 : 1), hiddenSize)
    case .down: ([hiddenSize], intermediateSize)
    case .head: ([vocabularySize], hiddenSize)
    }
  }
}
