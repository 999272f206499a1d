internal import Foundation

/// The mean loss of equally long windows with its standard error.
package struct LossSummary: Hashable, Sendable {
  package let mean: Double
  /// nil for one window.
  package let error: Double?

  /// - Parameter losses: mean negative log likelihood of each window; at least one.
  package init(_ losses: [Double]) {
    let count = Double(losses.count)
    let mean = losses.reduce(0, +) / count
    let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    error = losses.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
  }

  package var perplexity: Double { exp(mean) }

  /// To first order.
  package var perplexityError: Double? { error.map { $0 * perplexity } }

  /// How much the perplexity of `losses` is above that of `others`, window by window on the same text, with its paired standard error.
  package static func difference(_ losses: [Double], _ others: [Double]) -> (value: Double, error: Double?) {
    let (own, other) = (LossSummary(losses), LossSummary(others))
    let paired = LossSummary(zip(losses, others).map { $0 - $1 })
    // d ppl = ppl d loss, at the larger of the two.
    return (own.perplexity - other.perplexity, paired.error.map { $0 * max(own.perplexity, other.perplexity) })
  }
}
