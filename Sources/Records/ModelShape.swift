/// One linear problem of a model: layers that share an input (q/k/v, gate/up) count as one, concatenated.
package struct LinearShape: Codable, Hashable, Sendable {
  package var name: String
  package var n: Int
  package var k: Int
  /// How often it stands in the model.
  package var count: Int

  package init(name: String, n: Int, k: Int, count: Int) {
    self.name = name
    self.n = n
    self.k = k
    self.count = count
  }
}

/// The shapes of a model: what there is to tune. Read from `Tuning/problems/<name>.json` or taken from a loaded model.
package struct ModelShape: Codable, Hashable, Sendable {
  package var name: String
  package var source: String
  /// The element type of the weights.
  package var element: ElementType
  package var layers: Int
  package var linears: [LinearShape]
  /// Query heads.
  package var heads: Int
  package var keyValueHeads: Int
  package var headDimension: Int

  package init(
    name: String, source: String, element: ElementType, layers: Int, linears: [LinearShape], heads: Int,
    keyValueHeads: Int, headDimension: Int
  ) {
    self.name = name
    self.source = source
    self.element = element
    self.layers = layers
    self.linears = linears
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
  }

  /// The shape set in the file at `path`; sizes must be positive.
  package init(path: String) throws(RecordError) {
    self = try RecordFile.decode(
      ModelShape.self, from: path, expected: "a shape set (name, element, layers, linears, heads)")
    let sizes = [layers, heads, keyValueHeads, headDimension] + linears.flatMap { [$0.n, $0.k, $0.count] }
    guard let least = sizes.min(), least > 0, sizes.allSatisfy({ $0 < 1 << 31 }), !linears.isEmpty else {
      throw .malformed(path: path, expected: "positive sizes below 2^31 and at least one linear", found: "\(sizes)")
    }
  }
}

/// What a plan is optimised for: the total time of this many prompt and generated tokens. Without generated tokens it is the time to the
/// first one, without a prompt the time of a token.
package struct Workload: Codable, Hashable, Sendable {
  package var prompt: Int
  package var generate: Int

  package init(prompt: Int, generate: Int) {
    self.prompt = prompt
    self.generate = generate
  }

  package static let standard = Workload(prompt: 512, generate: 128)
}
