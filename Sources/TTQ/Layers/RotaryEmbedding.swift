internal import Glibc

/// Turns pairs (i, i + d/2) of a head by an angle that grows with the position and falls with i.
struct RotaryEmbedding: Sendable {
  /// Radians for each position, d/2 of them.
  let frequencies: [Double]

  init(_ configuration: ModelConfiguration) {
    let dimension = configuration.headDimension
    frequencies = stride(from: 0, to: dimension, by: 2).map { index in
      let frequency = pow(configuration.ropeTheta, -Double(index) / Double(dimension))
      return switch configuration.ropeScaling {
      case .none: frequency
      case .llama3(let scaling): scaling.scaled(frequency)
      }
    }
  }
}

extension RotaryScaling.Llama3 {
  /// The frequency for long contexts: unchanged where it turns often within the original context, divided where it hardly turns.
  fileprivate func scaled(_ frequency: Double) -> Double {
    let turns = Double(originalPositions) * frequency / (2 * .pi)
    let blend = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    let kept = min(max(blend, 0), 1)
    return frequency * (kept + (1 - kept) / factor)
  }
}

/// Sines and cosines of a run of positions, made once for all layers and heads.
struct RotaryTable: ~Copyable {
  private let embedding: RotaryEmbedding
  /// d/2 values for each position.
  private var cosine: [Float]
  private var sine: [Float]

  init(_ embedding: RotaryEmbedding, tokens: Int) {
    self.embedding = embedding
    cosine = [Float](repeating: 0, count: tokens * embedding.frequencies.count)
    sine = [Float](repeating: 0, count: tokens * embedding.frequencies.count)
  }

  /// Fills the rows for `tokens` positions from `position` on.
  mutating func fill(from position: Int, tokens: Int) {
    let half = embedding.frequencies.count
    for token in 0..<tokens {
      for i in 0..<half {
        let angle = Double(position + token) * embedding.frequencies[i]
        cosine[token * half + i] = Float(cos(angle))
        sine[token * half + i] = Float(sin(angle))
      }
    }
  }

  /// Turns the head at `head` as row `token` of the table says.
  @unsafe func rotate(_ head: UnsafeMutablePointer<Float>, token: Int) {
    let half = embedding.frequencies.count
    let row = token * half
    unsafe cosine.withUnsafeBufferPointer { cosine in
      unsafe sine.withUnsafeBufferPointer { sine in
        for i in 0..<half {
          let (a, b) = unsafe (head[i], head[i + half])
          unsafe head[i] = a * cosine[row + i] - b * sine[row + i]
          unsafe head[i + half] = b * cosine[row + i] + a * sine[row + i]
        }
      }
    }
  }
}
