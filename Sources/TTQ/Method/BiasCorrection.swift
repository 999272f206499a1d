internal import Kernels

/// What makes good the mean error of a quantized product: (W - Q) times the mean input of the prompt, added to every output.
struct BiasCorrection: ~Copyable {
  /// Sums of each input channel.
  private var sums: AlignedBuffer<Float>
  /// What is added to each output; empty where nothing is known of the inputs.
  private(set) var values: [Float] = []

  init(k: Int) { sums = AlignedBuffer(repeating: 0, count: k) }

  mutating func reset() {
    var span = sums.mutableSpan
    for channel in 0..<span.count { span[channel] = 0 }
    values = []
  }

  /// Adds T rows of K.
  mutating func add(_ x: Span<Float>) {
    var span = sums.mutableSpan
    let k = span.count
    for row in stride(from: 0, to: x.count, by: k) {
      for channel in 0..<k { span[channel] += x[row + channel] }
    }
  }

  /// The mean input of `tokens` tokens.
  func mean(tokens: Int) -> [Float] { (0..<sums.count).map { sums[$0] / Float(tokens) } }

  /// Sets what is added: by how much the outputs `found` for the mean input miss those that are `wanted`.
  mutating func set(wanted: [Float], found: [Float]) { values = zip(wanted, found).map { $0 - $1 } }

  /// y += values for each row of y.
  func add(to y: inout MutableSpan<Float>) {
    guard !values.isEmpty else { return }
    for row in stride(from: 0, to: y.count, by: values.count) {
      for channel in values.indices { y[row + channel] += values[channel] }
    }
  }
}
