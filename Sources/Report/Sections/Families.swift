internal import Records

extension ReportSection {
  /// Each family: the effect of T, the space, the spread of samples, failures, and every problem against its roof.
  static let families = ReportSection(anchor: "families", title: "Families") { findings in
    guard !findings.problems.isEmpty else { return [.paragraph([.text("Nothing was measured.")])] }
    let contents = findings.families.map { family in
      Link(
        title: "\(family.name.rawValue) (\(Words.count(family.problems.count, "problem")))",
        anchor: "family-\(family.name.rawValue)")
    }
    var blocks: [Block] = [.contents(contents)]
    for (name, problems) in findings.families {
      blocks.append(.heading(name.rawValue, level: 3, anchor: "family-\(name.rawValue)"))
      blocks += TokenSweep.blocks(problems)
      blocks += FamilySpace.blocks(name, problems)
      blocks += FamilySpread.blocks(name, problems)
      blocks += FamilyFailures.blocks(problems)
      blocks += ProblemBars.blocks(problems)
    }
    return blocks
  }
}

extension CandidateResult {
  /// The variant, with its split and its stream where the thread count beside it does not tell all.
  var label: String {
    let shared = configuration.split == .rows ? variant : "\(variant) by \(configuration.split.rawValue)"
    return configuration.stream.map { "\(shared), \($0)" } ?? shared
  }
}

extension ProblemFindings {
  /// The problem's name as a link target.
  package var anchor: String { Anchor.of("problem", problem.name) }

  /// The shape in the words of the field: `3072 × 1024, T = 1`; `16 heads of 128 (8 KV), 512 cached, T = 1`.
  package var shape: String { matrix + (problem.tokens > 0 ? ", T = \(problem.tokens)" : "") }

  /// The shape without its tokens.
  var matrix: String {
    if let heads = problem.heads, heads.dimension > 0 {
      let count = problem.n / heads.dimension
      return "\(count) heads of \(heads.dimension) (\(heads.keyValueHeads) KV), \(problem.k) cached"
    }
    return problem.n > 0 ? "\(problem.n) × \(problem.k)" : "K = \(problem.k)"
  }
}

/// Names as link targets.
enum Anchor {
  static func of(_ kind: String, _ name: String) -> String {
    "\(kind)-" + String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}
