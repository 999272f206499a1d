/// The types of metadata values, by their numbers in the file.
enum GGUFValueType: UInt32 {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The fewest bytes that a value takes, which bounds how many a file can hold.
  var leastBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

/// A tensor type of the file: elements one by one, or blocks of quantized weights, which are known by name only.
enum GGUFTensorType: Sendable {
  case element(TensorElement)
  case blocks(String)

  /// The type with the number `id`; nil for numbers that ggml does not give.
  init?(id: UInt32) {
    if let element = Self.elements[id] {
      self = .element(element)
    } else if let name = Self.blockNames[id] {
      self = .blocks(name)
    } else {
      return nil
    }
  }

  private static let elements: [UInt32: TensorElement] = [
    0: .f32, 1: .f16, 24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64, 30: .bf16,
  ]

  private static let blockNames: [UInt32: String] = [
    2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K",
    14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S",
    22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
  ]
}
