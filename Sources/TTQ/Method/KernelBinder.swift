package import Kernels
package import Records

/// A kernel that a session bound to a problem, and why that one.
package struct BoundKernel: Hashable, Sendable {
  package let problem: Problem
  package let variant: String
  package let configuration: Configuration
  package let step: SelectionStep
  /// One line: the problem, the choice and its reason.
  package let explanation: String
}

/// Resolves problems to variants while a session is made, reserves their scratch memory, and keeps account.
package struct KernelBinder {
  let lookup: PlanLookup
  let pool: ThreadPool
  private(set) var bound: [BoundKernel] = []
  /// One line for each layout, and for each residual that was left open.
  private(set) var layouts: [String] = []

  package init(lookup: PlanLookup, pool: ThreadPool) {
    self.lookup = lookup
    self.pool = pool
  }

  mutating func bind<Family: KernelFamily>(
    _ family: Family, _ problem: Problem, layout: PackedLayout? = nil
  ) throws(SelectionFailure) -> Selection<Family.Kernel> {
    let selection = try select(family, problem, layout)
    bind(selection, problem)
    return selection
  }

  /// As `bind`, but nil where nothing better than a reference serves the problem, for operations that can be done in two steps.
  mutating func bindUnlessReference<Family: KernelFamily>(
    _ family: Family, _ problem: Problem, layout: PackedLayout?
  ) throws(SelectionFailure) -> Selection<Family.Kernel>? {
    let selection = try select(family, problem, layout)
    guard selection.step != .reference else { return nil }
    bind(selection, problem)
    return selection
  }

  private func select<Family: KernelFamily>(
    _ family: Family, _ problem: Problem, _ layout: PackedLayout?
  ) throws(SelectionFailure) -> Selection<Family.Kernel> {
    do throws(SelectionError) {
      return try lookup.select(family, for: problem, layout: layout)
    } catch {
      throw SelectionFailure(reason: error.description)
    }
  }

  private mutating func bind<Kernel>(_ selection: Selection<Kernel>, _ problem: Problem) {
    pool.reserveScratch(floats: selection.variant.scratchFloats(problem))
    bound.append(
      BoundKernel(
        problem: problem, variant: selection.variant.row.name, configuration: selection.configuration,
        step: selection.step, explanation: selection.explanation))
  }

  mutating func explain(_ line: String) { layouts.append(line) }

  mutating func layout(of weights: LinearWeights, format: WeightFormat, activation: ActivationFormat) -> PackedLayout {
    let selection = lookup.layout(
      n: weights.n, k: weights.k, format: format, element: weights.element, activation: activation)
    explain(selection.explanation)
    return selection.layout
  }
}

/// No kernel can serve a problem.
package struct SelectionFailure: Error {
  package let reason: String
}
