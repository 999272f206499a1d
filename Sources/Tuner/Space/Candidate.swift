package import Kernels
package import Records

/// One point of the space: a variant that can serve a problem, and its configuration.
package struct Candidate: Hashable, Sendable {
  package let problem: Problem
  package let row: VariantRow
  package let configuration: Configuration
  /// The variant's place in the family's ladder.
  package let rung: Int
  /// The candidate that stands for its problem and thread count where time runs out: the last rung.
  package let essential: Bool
  package let cost: Cost

  package var tier: SearchPoint.Tier {
    essential ? .rule : !row.isa.isEmpty ? .compiled : !row.isReference ? .portable : .reference
  }

  package var key: CandidateKey {
    CandidateKey(problem: problem, variant: row.name, revision: row.revision, configuration: configuration)
  }
}

/// Everything that a tuning may try.
package struct TuningSpace: Sendable {
  /// In the order of trying: one likely winner for each problem and thread count, then the other variants for an instruction set, then
  /// the portable ones, and last the references: where time runs out, what cannot win is what was left.
  package let candidates: [Candidate]
  /// Variants that serve none of the problems, each once with the reason.
  package let barred: [CandidateResult]

  /// The space of `problems` on a machine with `isa`, each variant at each of the thread counts, shared in
  /// every way worth trying; of these, the candidates that `keeps` takes.
  package init(
    problems: [Problem], catalogue: Catalogue, isa: ISA, threads: [Int], keeps: (CandidateKey) -> Bool = { _ in true }
  ) {
    var candidates: [Candidate] = []
    var barred: [CandidateResult] = []
    for family in catalogue.families {
      let rows = family.rows
      var served: Set<String> = []
      var refusals: [CandidateResult] = []
      for problem in problems where problem.family == family.name {
        let able = rows.indices.filter { rows[$0].refusal(of: problem, isa: isa) == nil }
        let usable = family.name.isComposite && able.allSatisfy { rows[$0].isReference } ? [] : able
        served.formUnion(usable.map { rows[$0].name })
        let cost = family.cost(of: problem)
        for index in usable {
          // References are there to be compared with; one way of sharing them tells enough.
          let configurations = threads.flatMap { count in
            rows[index].isReference
              ? [Configuration(threads: count)]
              : Configuration.candidates(for: problem, threads: count, streams: rows[index].streams(for: problem))
          }
          candidates += configurations.map {
            Candidate(
              problem: problem, row: rows[index], configuration: $0, rung: index,
              essential: index == usable.last && $0.isPlain, cost: cost)
          }
        }
        // Of the rows of one name, the one of this width tells why.
        for row in rows {
          guard
            problem.format.map({ format in
              (row.bits.isEmpty || row.bits.contains(format.bits)) && row.layout?.side ?? format.side == format.side
            }) ?? true,
            let refusal = row.refusal(of: problem, isa: isa)
          else { continue }
          refusals.append(
            CandidateResult(
              problem: problem, variant: row.name, revision: row.revision, layout: row.layout,
              configuration: Configuration(threads: threads.first ?? 1), status: refusal.status,
              reason: refusal.reason, cost: cost))
        }
      }
      for result in refusals where served.insert(result.variant).inserted { barred.append(result) }
    }
    self.candidates = Self.ordered(candidates.filter { keeps($0.key) }, problems: problems)
    self.barred = barred.filter { keeps($0.key) }
  }

  /// Within a tier, problems of one matrix stay together, and within them those of one layout, for they read the same cold copies.
  private static func ordered(_ candidates: [Candidate], problems: [Problem]) -> [Candidate] {
    var groups: [Problem: Int] = [:]
    for (place, problem) in problems.enumerated() where groups[problem.matrix] == nil { groups[problem.matrix] = place }
    let layouts = PackedLayout.allCases.filter { $0 != .rows } + [.rows]
    func rank(_ candidate: Candidate) -> [Int] {
      [
        candidate.tier.rawValue, groups[candidate.problem.matrix] ?? 0,
        candidate.row.layout.flatMap { layouts.firstIndex(of: $0) } ?? 0,
        candidate.problem.tokens, -Int(candidate.row.isa.rawValue), -candidate.rung, candidate.configuration.threads,
        candidate.configuration.isPlain ? 0 : 1,
      ]
    }
    return candidates.map { (rank($0), $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
  }
}

extension Problem {
  /// The problem without its token count: what its trials hold in memory.
  var matrix: Problem {
    var problem = self
    problem.tokens = 0
    return problem
  }
}

extension VariantRow {
  /// The streams to try besides the usual one: where each call reads the weights from memory once.
  fileprivate func streams(for problem: Problem) -> [Stream] {
    problem.tokens <= Stream.mostTokens ? Stream.candidates(unrolls: unrolls) : []
  }

  /// Why the variant cannot be tried on `problem` on a machine with `isa`, or nil.
  fileprivate func refusal(of problem: Problem, isa: ISA) -> (status: CandidateStatus, reason: String)? {
    if let reason = constraint(against: problem) { return (.constraint, reason) }
    return unsupported(by: isa).map { (.unsupported, $0) }
  }
}
