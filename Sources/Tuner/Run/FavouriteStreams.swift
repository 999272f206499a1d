internal import Glibc
internal import Measure
internal import Records

/// For each kernel the stream that does best over all matrices.
///
/// On a restless machine a short look at a dozen streams of one product names one by chance; how far ahead to fetch is much the same for all
/// matrices, so what does best over all of them should have its chance on each.
struct FavouriteStreams {
  /// A kernel at work on as many tokens, whatever the matrix.
  private struct Kernel: Hashable {
    let problem: Problem
    let variant: String
    let sharing: Configuration

    init(_ result: CandidateResult) {
      var problem = result.problem
      (problem.n, problem.k) = (0, 0)
      (self.problem, variant, sharing) = (problem, result.variant, result.configuration.sharing)
    }
  }

  private var favourites: [Kernel: Stream] = [:]

  /// Matrices on which a stream was timed at least, to be one.
  private static let matrices = 3

  /// - Parameter results: timed candidates; of each kernel and matrix those count that have the usual stream to be compared with.
  init(_ results: [CandidateResult]) {
    var usual: [CandidateKey: Double] = [:]
    for result in results where result.configuration.stream == nil {
      usual[result.key] = result.timing?.medianNanoseconds
    }
    var ratios: [Kernel: [Stream: [Double]]] = [:]
    for result in results {
      guard let stream = result.configuration.stream, let median = result.timing?.medianNanoseconds else { continue }
      var key = result.key
      key.configuration = key.configuration.sharing
      guard let base = usual[key] else { continue }
      ratios[Kernel(result), default: [:]][stream, default: []].append(log(median / base))
    }
    favourites = ratios.compactMapValues { streams in
      let known = streams.filter { $0.value.count >= Self.matrices }.mapValues(Statistics.median)
      return known.min { ($0.value, $0.key.prefetch, $0.key.unroll) < ($1.value, $1.key.prefetch, $1.key.unroll) }?.key
    }
  }

  func contains(_ result: CandidateResult) -> Bool {
    result.configuration.stream.map { $0 == favourites[Kernel(result)] } ?? false
  }
}
