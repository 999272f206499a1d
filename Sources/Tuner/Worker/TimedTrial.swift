package import Kernels
internal import Measure

/// A trial as something to time.
package final class TimedTrial: Timeable {
  private let trial: any Trial
  private let start: Int
  /// The cold copy after the last one that was used: where the next trial of the same memory should start.
  package private(set) var next: Int
  package let copies: Int

  /// `start` moves the rotation over the cold copies on, so that trials that share their copies and take turns do not follow in
  /// each other's tracks.
  package init(_ trial: any Trial, startingAt start: Int = 0) {
    self.trial = trial
    copies = trial.copies
    self.start = start % trial.copies
    next = self.start
  }

  package func run(copy: Int) {
    let moved = copy + start
    let copy = moved < copies ? moved : moved - copies
    trial.run(copy: copy)
    next = copy + 1
  }
}
