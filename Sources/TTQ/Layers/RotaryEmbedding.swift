internal import Glibc
internal import Kernels

/// Which elements of a head of d turn together.
enum RotaryPairs: Sendable {
  /// i and i + d/2.
  case halves
  /// 2i and 2i + 1.
  case neighbours
}

/// Turns pairs of elements of a head by an angle that grows with the position and falls with the pair.
struct RotaryEmbedding: Sendable {
  /// Radians for each position, d/2 of them; none where nothing is turned.
  let frequencies: [Double]
  /// What the turned elements are multiplied by.
  let length: Double
  let pairs: RotaryPairs

  /// For heads of `dimension` elements; nothing is turned where there are no parameters.
  init(_ parameters: RotaryParameters?, dimension: Int, pairs: RotaryPairs) {
    self.pairs = pairs
    guard let parameters else {
      (frequencies, length) = ([], 1)
      return
    }
    let plain = (0..<dimension / 2).map { pow(parameters.theta, -2 * Double($0) / Double(dimension)) }
    (frequencies, length) = parameters.scaling.scaled(plain, theta: parameters.theta)
  }
}

extension RotaryScaling {
  /// `frequencies`, the powers of `theta`, for long contexts, and what turned elements are multiplied by.
  fileprivate func scaled(_ frequencies: [Double], theta: Double) -> ([Double], length: Double) {
    switch self {
    case .none: (frequencies, 1)
    case .linear(let factor): (frequencies.map { $0 / factor }, 1)
    case .divisors(let divisors): (zip(frequencies, divisors).map { $0 / $1 }, 1)
    case .llama3(let scaling): (frequencies.map(scaling.scaled), 1)
    case .yarn(let scaling): (scaling.scaled(frequencies, theta: theta), scaling.length)
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
  private var cosine: AlignedBuffer<Float>
  private var sine: AlignedBuffer<Float>

  init(_ embedding: RotaryEmbedding, tokens: Int) {
    self.embedding = embedding
    cosine = AlignedBuffer(repeating: 0, count: tokens * embedding.frequencies.count)
    sine = AlignedBuffer(repeating: 0, count: tokens * embedding.frequencies.count)
  }

  /// Fills the rows for `tokens` positions from `position` on.
  mutating func fill(from position: Int, tokens: Int, pool: ThreadPool) {
    let (frequencies, length) = (embedding.frequencies, embedding.length)
    let half = frequencies.count
    precondition(tokens * half <= cosine.count)
    let (cosines, sines) = unsafe (cosine.pointer, sine.pointer)
    unsafe pool.divide(tokens: tokens) { share in
      for token in share {
        for i in 0..<half {
          let angle = Double(position + token) * frequencies[i]
          unsafe cosines[token * half + i] = Float(length * cos(angle))
          unsafe sines[token * half + i] = Float(length * sin(angle))
        }
      }
    }
  }

  /// The filled rows, valid as long as the table lives.
  @unsafe var turns: Turns {
    unsafe Turns(
      cosine: cosine.pointer, sine: sine.pointer, half: embedding.frequencies.count, pairs: embedding.pairs)
  }

  /// Turns heads as the rows of a table say.
  @unsafe struct Turns {
    let cosine: UnsafePointer<Float>
    let sine: UnsafePointer<Float>
    let half: Int
    let pairs: RotaryPairs

    /// Turns the head at `head` by the angles of row `token`.
    func rotate(_ head: UnsafeMutablePointer<Float>, token: Int) {
      let (cosine, sine) = unsafe (cosine + token * half, sine + token * half)
      switch unsafe pairs {
      case .halves: unsafe rotateHalves(head, cosine, sine)
      case .neighbours: unsafe rotateNeighbours(head, cosine, sine)
      }
    }

    private func rotateNeighbours(
      _ head: UnsafeMutablePointer<Float>, _ cosine: UnsafePointer<Float>, _ sine: UnsafePointer<Float>
    ) {
      for i in unsafe 0..<half {
        let (a, b) = unsafe (head[2 * i], head[2 * i + 1])
        unsafe head[2 * i] = a * cosine[i] - b * sine[i]
        unsafe head[2 * i + 1] = b * cosine[i] + a * sine[i]
      }
    }

    private func rotateHalves(
      _ head: UnsafeMutablePointer<Float>, _ cosine: UnsafePointer<Float>, _ sine: UnsafePointer<Float>
    ) {
      let (first, second) = unsafe (head, head + half)
      let vectors = unsafe half / 16 * 16
      for i in stride(from: 0, to: vectors, by: 16) {
        let (c, s) = unsafe (sixteen(cosine + i), sixteen(sine + i))
        let (a, b) = unsafe (sixteen(first + i), sixteen(second + i))
        unsafe UnsafeMutableRawPointer(first + i).storeBytes(of: a * c - b * s, as: SIMD16<Float>.self)
        unsafe UnsafeMutableRawPointer(second + i).storeBytes(of: b * c + a * s, as: SIMD16<Float>.self)
      }
      for i in unsafe vectors..<half {
        let (a, b) = unsafe (first[i], second[i])
        unsafe first[i] = a * cosine[i] - b * sine[i]
        unsafe second[i] = b * cosine[i] + a * sine[i]
      }
    }

    @inline(__always) private func sixteen(_ source: UnsafePointer<Float>) -> SIMD16<Float> {
      unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD16<Float>.self)
    }
  }
}
