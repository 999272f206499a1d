import Foundation
import TTQ

/// Decoder layers of Llama and Qwen3 in plain single precision loops: the engine's arithmetic a second time, with none of its kernels and
/// layers, so that the input of every linear layer can be kept.
struct ReferenceForward: Sendable {
  /// What a linear layer meets.
  struct LinearInput: Sendable {
    let weights: LinearWeights
    /// T rows of K.
    let x: [Float]
  }

  /// T rows of the vocabulary's size.
  private(set) var logits: [Float] = []
  /// In the order in which the model meets them.
  private(set) var inputs: [LinearInput] = []
  private let shape: ModelConfiguration
  private let store: TensorStore
  private let tokens: Int

  /// Runs `tokens` from position 0 on through the model in `folder`. Its rotary embedding must be unscaled.
  init(folder: String, tokens: [Int]) throws {
    shape = try ModelConfiguration(folder: folder)
    store = try TensorStore(folder: folder)
    self.tokens = tokens.count
    precondition(shape.rotary?.scaling == RotaryScaling.none && shape.sliding == nil)

    let width = shape.hiddenSize
    let embedding = "model.embed_tokens.weight"
    let table = try store.tensor(embedding, shape: [shape.vocabularySize, width]).floats()
    var hidden = tokens.flatMap { table[$0 * width..<($0 + 1) * width] }
    for layer in 0..<shape.layers {
      let name = "model.layers.\(layer)."
      add(try attention(try normalized(hidden, "\(name)input_layernorm.weight", width), name), to: &hidden)
      add(try feedForward(try normalized(hidden, "\(name)post_attention_layernorm.weight", width), name), to: &hidden)
    }
    let head = shape.tieWordEmbeddings ? embedding : "lm_head.weight"
    hidden = try normalized(hidden, "model.norm.weight", width)
    logits = try linear(.head, [(head, shape.vocabularySize)], hidden, k: width)
  }

  private mutating func attention(_ x: [Float], _ layer: String) throws -> [Float] {
    let name = "\(layer)self_attn."
    let (heads, pairs, d) = (shape.heads, shape.keyValueHeads, shape.headDimension)
    let rows = (heads + 2 * pairs) * d
    var qkv = try linear(
      .qkv,
      [("\(name)q_proj.weight", heads * d), ("\(name)k_proj.weight", pairs * d), ("\(name)v_proj.weight", pairs * d)],
      x, k: shape.hiddenSize)
    for t in 0..<tokens {
      for head in 0..<heads + pairs {
        let range = t * rows + head * d..<t * rows + (head + 1) * d
        if shape.architecture == .qwen3 {
          let norm = "\(name)\(head < heads ? "q" : "k")_norm.weight"
          qkv.replaceSubrange(range, with: try normalized(Array(qkv[range]), norm, d))
        }
        rotate(&qkv, range, position: t)
      }
    }

    var attended = [Float](repeating: 0, count: tokens * heads * d)
    for t in 0..<tokens {
      for head in 0..<heads {
        let query = t * rows + head * d
        let key = (heads + head / (heads / pairs)) * d
        let scores = (0...t).map { past in
          (0..<d).reduce(0) { $0 + qkv[query + $1] * qkv[past * rows + key + $1] } / Float(d).squareRoot()
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let total = weights.reduce(0, +)
        for past in 0...t {
          let value = past * rows + key + pairs * d
          for i in 0..<d { attended[(t * heads + head) * d + i] += weights[past] / total * qkv[value + i] }
        }
      }
    }
    return try linear(.output, [("\(name)o_proj.weight", shape.hiddenSize)], attended, k: heads * d)
  }

  /// Turns the pairs (i, i + d/2) of one head.
  private func rotate(_ values: inout [Float], _ head: Range<Int>, position: Int) {
    let half = head.count / 2
    for i in 0..<half {
      let angle = Double(position) * pow(shape.rotary?.theta ?? 1, -Double(i) / Double(half))
      let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
      let (a, b) = (values[head.lowerBound + i], values[head.lowerBound + half + i])
      values[head.lowerBound + i] = a * cosine - b * sine
      values[head.lowerBound + half + i] = b * cosine + a * sine
    }
  }

  private mutating func feedForward(_ x: [Float], _ layer: String) throws -> [Float] {
    let (name, inner) = ("\(layer)mlp.", shape.intermediateSize)
    let gateUp = try linear(
      .gateUp, [("\(name)gate_proj.weight", inner), ("\(name)up_proj.weight", inner)], x, k: shape.hiddenSize)
    let gated = (0..<tokens * inner).map { index in
      let gate = index / inner * 2 * inner + index % inner
      return gateUp[gate] / (1 + exp(-gateUp[gate])) * gateUp[gate + inner]
    }
    return try linear(.down, [("\(name)down_proj.weight", shape.hiddenSize)], gated, k: inner)
  }

  /// Keeps `x` and returns its product with the stacked tensors.
  private mutating func linear(
    _ role: LinearRole, _ tensors: [(name: String, rows: Int)], _ x: [Float], k: Int
  ) throws -> [Float] {
    let parts = try tensors.map { try store.tensor($0.name, shape: [$0.rows, k]) }
    let weights = try LinearWeights(name: tensors[0].name, role: role, parts: parts, k: k)
    inputs.append(LinearInput(weights: weights, x: x))
    let (n, w) = (weights.n, parts.flatMap { $0.floats() })
    var y = [Float](repeating: 0, count: tokens * n)
    for t in 0..<tokens {
      for row in 0..<n {
        var sum: Float = 0
        for i in 0..<k { sum += w[row * k + i] * x[t * k + i] }
        y[t * n + row] = sum
      }
    }
    return y
  }

  /// Each run of `width` values over its root mean square, times the weights called `name`.
  private func normalized(_ x: [Float], _ name: String, _ width: Int) throws -> [Float] {
    let weight = try store.tensor(name, shape: [width]).floats()
    var y = x
    for start in stride(from: 0, to: x.count, by: width) {
      let squares = x[start..<start + width].reduce(0) { $0 + $1 * $1 }
      let scale = 1 / (squares / Float(width) + Float(shape.normEpsilon)).squareRoot()
      for i in 0..<width { y[start + i] *= scale * weight[i] }
    }
    return y
  }

  private func add(_ y: [Float], to x: inout [Float]) {
    for i in x.indices { x[i] += y[i] }
  }
}
