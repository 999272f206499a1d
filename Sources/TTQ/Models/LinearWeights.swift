package import Records

/// The weights of one linear problem: row-major tensors over the same K inputs, stacked to N outputs, as the model file maps them.
package struct LinearWeights: Sendable {
  /// For messages: `layer 3 qkv`.
  package let name: String
  package let role: LinearRole
  package let parts: [Tensor]
  package let n: Int
  package let k: Int
  /// The type of all parts.
  package let element: ElementType
  /// max|w| over all parts.
  package let largest: Float
  /// N values that are added after the product; nil where the family has none.
  package let bias: [Float]?

  /// Bytes of all parts.
  package var byteCount: Int { n * k * element.bytes }

  /// Stacks `parts`, tensors of `k` columns, and their `biases`, if they have any; reads them once, so that a weight that is not finite
  /// is found here.
  package init(
    name: String, role: LinearRole, parts: [Tensor], k: Int, biases: [Tensor] = []
  ) throws(ModelFileError) {
    self.name = name
    self.role = role
    self.parts = parts
    self.k = k
    n = parts.reduce(0) { $0 + $1.shape[0] }
    element = parts[0].element
    var largest: Float = 0
    for part in parts {
      try part.require(element, as: parts[0].name)
      largest = max(largest, try part.largestMagnitude())
    }
    self.largest = largest
    for bias in biases { try bias.requireFinite() }
    bias = biases.isEmpty ? nil : biases.flatMap { $0.floats() }
    precondition(bias == nil || bias?.count == n)
  }
}

extension LinearWeights {
  /// Where row `row` of the stacked tensors starts; valid as long as the tensors live.
  @unsafe func pointer(row: Int) -> UnsafeRawPointer {
    var rest = row
    for part in parts {
      if rest < part.shape[0] { return unsafe part.pointer + rest * k * element.bytes }
      rest -= part.shape[0]
    }
    preconditionFailure("row \(row) of \(n)")
  }
}

extension Tensor {
  /// Throws unless the tensor is of type `element`, which `other` has; one kernel reads both.
  func require(_ element: ElementType, as other: String) throws(ModelFileError) {
    guard self.element == element else {
      throw .malformed(
        path: path, item: "tensor \(name)", expected: "type \(element.rawValue) as \(other)",
        found: self.element.rawValue)
    }
  }

  /// max|w|; throws where an element is NaN or infinite.
  ///
  /// Without its sign the pattern of a float orders as an integer, and those that are not finite come last.
  func largestMagnitude() throws(ModelFileError) -> Float {
    let magnitude: Float =
      switch element {
      case .f32: Float(bitPattern: UInt32(largest(of: Int32.self, mask: 0x7FFF_FFFF)))
      case .f16: Float(Float16(bitPattern: UInt16(largest(of: Int16.self, mask: 0x7FFF))))
      case .bf16: Float(bitPattern: UInt32(largest(of: Int16.self, mask: 0x7FFF)) << 16)
      }
    if !magnitude.isFinite { try requireFinite() }
    return magnitude
  }

  private func largest<Word: FixedWidthInteger & BitwiseCopyable>(of word: Word.Type, mask: Word) -> Word {
    unsafe bytes.withUnsafeBytes { raw in
      let words = unsafe raw.assumingMemoryBound(to: Word.self)
      var largest: Word = 0
      for index in words.indices { largest = unsafe max(largest, words[index] & mask) }
      return largest
    }
  }
}
