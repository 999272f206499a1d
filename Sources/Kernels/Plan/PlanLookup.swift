package import Records

/// Finds the kernel for a problem: the one that is demanded, else in the plan where it has a row that holds on this machine, else by
/// rule.
package struct PlanLookup: Sendable {
  private let plan: Plan?
  private let forced: ForcedChoices
  private let machine: Machine
  /// Threads that may be used.
  package let threads: Int

  /// A look-up in `plan`; without one, every choice is an estimate.
  package init(plan: Plan?, forced: ForcedChoices = .none, machine: Machine, threads: Int) {
    self.plan = plan
    self.forced = forced
    self.machine = machine
    self.threads = threads
  }

  /// What the plan chose for this machine as a whole; nothing where it is another one's.
  package var choices: MachineChoices { sameMachine ? plan?.choices ?? MachineChoices() : MachineChoices() }

  private var sameMachine: Bool { plan?.machine == machine.identity }
  private var sameISA: Bool { plan?.machine.isa == machine.identity.isa }

  /// The variant of `family` for `problem`, of those that read or write `layout` where the family has layouts. The token count of the problem
  /// stands for its class.
  package func select<Family: KernelFamily>(
    _ family: Family, for problem: Problem, layout: PackedLayout? = nil
  ) throws(SelectionError) -> Selection<Family.Kernel> {
    var miss: String?
    if let name = forced[family.name] {
      if let variant = family.variants.first(where: { $0.row.name == name && serves($0.row, problem, layout) }) {
        let configuration = ruled(family, problem)
        return Selection(
          variant: variant, configuration: configuration, step: .forced,
          explanation: "\(problem.name): \(name), \(configuration) (forced)")
      }
      miss = "forced \(name) cannot serve it: \(refusal(family, name, problem, layout))"
    }
    if sameMachine || sameISA {
      let usable = (plan?.rows ?? []).filter { row in
        row.problem.family == family.name && row.contract == family.contract && row.layout == layout
          && row.configuration.threads <= threads && row.threads <= threads
          && variant(family, row: row, for: problem, layout: layout) != nil
      }
      let sought = representative(problem)
      let exact = usable.filter { $0.problem == sought }.max { $0.threads < $1.threads }
      if exact == nil, miss == nil { miss = self.miss(family, sought, layout) }
      let closest = usable.filter { comparable($0.problem, sought) }
        .min { (distance($0.problem, sought), -$0.threads) < (distance($1.problem, sought), -$1.threads) }
      if let row = exact ?? closest, let variant = variant(family, row: row, for: problem, layout: layout) {
        let step: SelectionStep = !sameMachine ? .sameISA : exact == nil ? .nearest : .exact
        let source = step == .exact ? "" : ", from \(row.problem.name)"
        return Selection(
          variant: variant, configuration: row.configuration, step: step,
          explanation: "\(problem.name): \(variant.row.name), \(row.configuration) (\(step.rawValue)\(source))"
            + Self.suffix(miss))
      }
    } else if let plan, miss == nil {
      miss = "the plan is of \(plan.machine.name), which has other instruction sets"
    }
    return try estimate(family, for: problem, layout: layout, miss: miss)
  }

  /// Nanoseconds of the plan's own row for `problem` on this machine; nil where it has none that holds, or another variant is demanded.
  package func nanoseconds<Family: KernelFamily>(
    _ family: Family, for problem: Problem, layout: PackedLayout? = nil
  ) -> Double? {
    guard sameMachine, forced[family.name] == nil else { return nil }
    let sought = representative(problem)
    let rows = (plan?.rows ?? []).filter { row in
      row.problem == sought && row.contract == family.contract && row.layout == layout && row.threads <= threads
        && variant(family, row: row, for: problem, layout: layout) != nil
    }
    return rows.max { $0.threads < $1.threads }?.timing.medianNanoseconds
  }

  /// The layout for an `n` x `k` matrix: that of a demanded product or quantizer, else the plan's choice, else the interleaved one where
  /// fast kernels exist for it.
  package func layout(
    n: Int, k: Int, format: WeightFormat, element: ElementType, activation: ActivationFormat
  ) -> LayoutSelection {
    let name = "\(format) \(n)x\(k)"
    let quantize = Problem(family: .quantize, n: n, k: k, format: format, element: element)
    let multiply = Problem(family: .qmatmul, n: n, k: k, tokens: 1, format: format, activation: activation)
    func isServed(_ layout: PackedLayout) -> Bool {
      !candidates(QuantizeFamily(), for: quantize, layout: layout).isEmpty
        && !candidates(QMatmulFamily(), for: multiply, layout: layout).isEmpty
    }
    // A product for many tokens serves the same matrix as one for a single token.
    var many = multiply
    many.tokens = TokenClass.many.representative
    let demanded =
      demandedLayout(QMatmulFamily(), multiply) ?? demandedLayout(QMatmulFamily(), many)
      ?? demandedLayout(QuantizeFamily(), quantize)
    if let demanded, isServed(demanded) {
      return LayoutSelection(
        layout: demanded, step: .forced, explanation: "layout of \(name): \(demanded.rawValue) (forced)")
    }
    let choices = (plan?.layouts ?? []).filter {
      $0.format == format && $0.element == element && $0.activation == activation && $0.threads <= threads
        && isServed($0.layout)
    }
    if sameMachine || sameISA, !choices.isEmpty {
      let exact = choices.filter { $0.n == n && $0.k == k }.max { $0.threads < $1.threads }
      let closest = choices.min {
        (distance($0.n, n) + distance($0.k, k), -$0.threads) < (distance($1.n, n) + distance($1.k, k), -$1.threads)
      }
      if let choice = exact ?? closest {
        let step: SelectionStep = !sameMachine ? .sameISA : exact == nil ? .nearest : .exact
        return LayoutSelection(
          layout: choice.layout, step: step,
          explanation: "layout of \(name): \(choice.layout.rawValue) (\(step.rawValue))")
      }
    }
    let fast =
      candidates(QuantizeFamily(), for: quantize, layout: .panel16).contains { !$0.row.isReference }
      && candidates(QMatmulFamily(), for: multiply, layout: .panel16).contains { !$0.row.isReference }
    let layout = format.side == .byte ? PackedLayout.compact16 : fast ? .panel16 : .rows
    return LayoutSelection(
      layout: layout, step: .estimate, explanation: "layout of \(name): \(layout.rawValue) (estimate)")
  }

  // MARK: - By rule

  private func estimate<Family: KernelFamily>(
    _ family: Family, for problem: Problem, layout: PackedLayout?, miss: String?
  ) throws(SelectionError) -> Selection<Family.Kernel> {
    let candidates = candidates(family, for: problem, layout: layout)
    guard let variant = candidates.last(where: { !$0.row.isReference }) ?? candidates.last else { throw .none(problem) }
    let configuration = ruled(family, problem)
    let step: SelectionStep = variant.row.isReference ? .reference : .estimate
    return Selection(
      variant: variant, configuration: configuration, step: step,
      explanation: "\(problem.name): \(variant.row.name), \(configuration) (\(step.rawValue))" + Self.suffix(miss))
  }

  /// Below some hundred thousand operations, waking a second thread costs more than it saves.
  private func ruled(_ family: some KernelFamily, _ problem: Problem) -> Configuration {
    Configuration(threads: family.cost(of: problem).operations < 400_000 ? 1 : threads)
  }

  /// The variants that can serve `problem` here, in the ladder's order. Lazy, because asking whether the dense library is there loads it.
  private func candidates<Family: KernelFamily>(
    _ family: Family, for problem: Problem, layout: PackedLayout?
  ) -> some BidirectionalCollection<Variant<Family.Kernel>> {
    family.variants.lazy.filter { serves($0.row, problem, layout) }
  }

  private func serves(_ row: VariantRow, _ problem: Problem, _ layout: PackedLayout?) -> Bool {
    row.constraint(against: problem) == nil && (layout == nil || row.layout == layout)
      && row.unsupported(by: machine.isa) == nil
  }

  // MARK: - Demands and misses

  /// The layout of the variant that is demanded of `family`, where that can serve `problem`.
  private func demandedLayout(_ family: some KernelFamily, _ problem: Problem) -> PackedLayout? {
    guard let name = forced[family.name] else { return nil }
    return family.rows.first { $0.name == name && serves($0, problem, nil) }?.layout
  }

  /// Why the variant called `name` cannot serve `problem` here.
  private func refusal(_ family: some KernelFamily, _ name: String, _ problem: Problem, _ layout: PackedLayout?)
    -> String
  {
    let rows = family.rows.filter { $0.name == name }
    // A name stands in a row for each width: the one of this problem's width tells why it does not fit.
    let row = rows.first { row in problem.format.map { row.bits.contains($0.bits) } ?? true } ?? rows.first
    guard let row else { return "no such variant" }
    if let reason = row.constraint(against: problem) ?? row.unsupported(by: machine.isa) { return reason }
    return "its layout is \(row.layout?.rawValue ?? "none"), the matrix is packed in \(layout?.rawValue ?? "none")"
  }

  /// Why the plan's own row for `problem`, if it has one, is not used.
  private func miss(_ family: some KernelFamily, _ problem: Problem, _ layout: PackedLayout?) -> String? {
    let rows = (plan?.rows ?? []).filter { $0.problem == problem && $0.layout == layout }
    guard let row = rows.min(by: { $0.threads < $1.threads }) else { return nil }
    if let reason = family.voids(row) { return "\(row.variant) \(reason)" }
    if row.threads > threads { return "\(row.variant) was tuned for \(row.threads) threads, \(threads) are allowed" }
    return "\(row.variant): \(refusal(family, row.variant, problem, layout))"
  }

  private static func suffix(_ miss: String?) -> String { miss.map { "; miss: \($0)" } ?? "" }

  // MARK: - In the plan

  /// The variant that `row` names, where it is of the revision that was measured and can serve `problem` here.
  private func variant<Family: KernelFamily>(
    _ family: Family, row: PlanRow, for problem: Problem, layout: PackedLayout?
  ) -> Variant<Family.Kernel>? {
    family.variants.first {
      $0.row.name == row.variant && $0.row.revision == row.revision && serves($0.row, problem, layout)
    }
  }

  /// `problem` with its token count replaced by the representative of its class.
  private func representative(_ problem: Problem) -> Problem {
    var problem = problem
    if problem.tokens > 0 { problem.tokens = TokenClass(tokens: problem.tokens).representative }
    return problem
  }

  /// Whether a row for `other` says anything about `problem`: the same formats, another shape.
  private func comparable(_ other: Problem, _ problem: Problem) -> Bool {
    other.format == problem.format && other.element == problem.element && other.activation == problem.activation
      && (other.heads == nil) == (problem.heads == nil) && other.cache == problem.cache && other.norm == problem.norm
      && other.rank == problem.rank && other.search == problem.search
  }

  /// How far apart two problems are: powers of two in N, K and T, a different class of tokens weighing most.
  private func distance(_ a: Problem, _ b: Problem) -> Double {
    4 * distance(a.tokens, b.tokens) + distance(a.n, b.n) + distance(a.k, b.k)
      + (a.heads == b.heads ? 0 : 1)
  }

  private func distance(_ a: Int, _ b: Int) -> Double {
    guard a != b else { return 0 }
    return abs(Double(max(a, 1)).binaryLogarithm - Double(max(b, 1)).binaryLogarithm)
  }
}

extension Double {
  /// log2 for the distances of a look-up: exponent plus linear mantissa is close enough, and needs no library.
  fileprivate var binaryLogarithm: Double { Double(exponent) + significand - 1 }
}

extension VariantRow {
  /// Whether this is a scalar reference, which is never chosen while another variant can serve.
  package var isReference: Bool {
    let implementation = name.split(separator: "/").last ?? ""
    return implementation == "scalar" || implementation.hasPrefix("scalar_")
  }
}
