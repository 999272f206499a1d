internal import Records

/// What a reader must know before believing a figure, in words.
enum Warnings {
  /// Half-widths of intervals beyond which samples are called noisy, as shares of the median.
  private static let noisy = 0.02
  private static let veryNoisy = 0.05
  /// A share of the roof beyond which the roof was measured in a slower moment than the kernel.
  private static let beyondRoof = 1.05
  /// Core-to-core round trips that differ by more than this factor were taken between cores placed differently.
  private static let moved = 1.5

  static func all(_ findings: Findings) -> [String] {
    let input = findings.input
    return [
      processor(input), placement(input), openBLAS(input), noise(findings), repeated(input), roofs(findings),
      failures(input.candidates), rigor(input), unreadable(input),
    ].compactMap(\.self)
  }

  private static func processor(_ input: ReportInput) -> String? {
    let hardware = input.counters.filter(\.source.isHardware)
    guard !hardware.contains(where: { $0.absentBecause == nil }) else { return nil }
    let reason = hardware.compactMap(\.absentBecause).first
    let guest = input.context.hypervisor ? " This is a virtual machine, whose neighbours may disturb it." : ""
    guard let reason else {
      return "No hardware counter was asked for: what is said of memory traffic is analytic.\(guest)"
    }
    return "No PMU: \(reason). What is said of memory traffic is analytic.\(guest)"
  }

  private static func placement(_ input: ReportInput) -> String? {
    let trips = (input.history.sittings.compactMap(\.roundTrip) + [input.roofs.roundTripNanoseconds].compactMap(\.self))
      .filter { $0.isFinite && $0 > 0 }
    guard let least = trips.min(), let most = trips.max(), most > least * moved else { return nil }
    return "Cores moved: the round trip between two cores was \(Unit.nanoseconds.text(least)) in one session and "
      + "\(Unit.nanoseconds.text(most)) in another, so figures for several threads stem from different placements."
  }

  private static func openBLAS(_ input: ReportInput) -> String? {
    guard let core = input.context.openBLASCore else {
      return "OpenBLAS was not loaded: no candidate stands for it."
    }
    let wide = ["SkylakeX", "Cooperlake", "SapphireRapids"]
    guard input.machine.isa.contains("avx512"), !wide.contains(where: { $0.lowercased() == core.lowercased() }) else {
      return nil
    }
    return
      "OpenBLAS took its kernels for \(core), though this machine has AVX-512: its bars are what its own choice gives."
  }

  private static func noise(_ findings: Findings) -> String? {
    let widths = findings.problems.flatMap(\.chosen).compactMap { answer -> Double? in
      let timing = answer.winner.timing
      let width = (timing.highNanoseconds - timing.lowNanoseconds) / 2 / timing.medianNanoseconds
      return width.isFinite && width >= 0 ? width : nil
    }.sorted()
    guard !widths.isEmpty else { return nil }
    let middle = widths[widths.count / 2]
    let wide = widths.count { $0 > veryNoisy }
    guard middle > noisy || wide > 0 else { return nil }
    return
      "Noisy samples: half of the winners' intervals reach more than \(Unit.share.text(middle)) to either side, and "
      + "\(wide) of \(widths.count) more than \(Unit.share.text(veryNoisy))."
  }

  private static func repeated(_ input: ReportInput) -> String? {
    let repeated = input.history.sittings.reduce(0) { $0 + $1.repeated }
    let samples = input.history.sittings.reduce(0) { $0 + $1.samples }
    let share = Double(repeated) / Double(max(1, samples + repeated))
    guard share > veryNoisy else { return nil }
    return
      "Disturbed: \(Unit.share.text(share)) of all samples met a context switch, a migration or a fault and were taken again."
  }

  private static func roofs(_ findings: Findings) -> String? {
    let answers = findings.problems.flatMap(\.chosen)
    let beyond = answers.count { $0.share.map { $0.isFinite && $0 > beyondRoof } ?? false }
    guard beyond > 0 else { return nil }
    return
      "\(beyond) of \(Words.count(answers.count, "winner")) lie above their roof: the roof was measured once, in a slower "
      + "moment, and is lower than what the machine can do."
  }

  private static func failures(_ candidates: [CandidateResult]) -> String? {
    let statuses: [CandidateStatus] = [.wrong, .crashed, .timeout]
    let parts = statuses.compactMap { status -> String? in
      let count = candidates.count { $0.status == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    guard !parts.isEmpty else { return nil }
    return "Candidates failed: \(Words.list(parts)). They are listed with their reasons and none of them won."
  }

  private static func rigor(_ input: ReportInput) -> String? {
    switch input.rigor {
    case .estimate: "Rigor estimate: nothing was measured, kernels are chosen by rule."
    case .quick:
      "Rigor quick: what could hardly win was looked at shortly or not at all. Rigor measure takes longer and gives narrower intervals."
    case .measure, .exhaustive: nil
    }
  }

  private static func unreadable(_ input: ReportInput) -> String? {
    guard input.unreadableLines > 0 else { return nil }
    return
      "\(Words.count(input.unreadableLines, "line")) of the journal could not be read and \(input.unreadableLines == 1 ? "is" : "are") left out."
  }
}
