package import Kernels
package import Records
package import Tuner

/// A tuning of a tiny model in a second or two.
package enum SmallTuning {
  /// Input channels of its layers.
  package static let channels = 64

  package static let shape = shape(channels: channels)

  package static func shape(channels: Int) -> ModelShape {
    ModelShape(
      name: "tiny-\(channels)", source: "made up", element: .bf16, layers: 1,
      linears: [
        LinearShape(name: "o", n: 32, k: channels, count: 1),
        LinearShape(name: "lm_head", n: 48, k: channels, count: 1),
      ], heads: 2, keyValueHeads: 1, headDimension: 32)
  }

  /// The families that are quick to check in a debug build too.
  package static let catalogue = Catalogue(families: [StatisticFamily(), QuantizeActivationsFamily(), QuantizeFamily()])

  package static func options(folder: String, channels: Int = channels) -> TuningOptions {
    var options = TuningOptions(
      shapes: [shape(channels: channels)], threads: [1, 2], rigor: .quick, planPath: folder + "/plan.json",
      journalPath: folder + "/journal.jsonl", coldBytes: 1 << 16)
    options.timeLimit = nil
    options.candidateTimeout = 20
    options.roofBudget = 0
    options.sampleBudget = 1e6
    return options
  }
}
