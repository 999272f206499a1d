package import Records

extension ModelTime {
  /// Adds up `shape` with the layouts that `plan` chose within `threads`.
  ///
  /// - Parameters:
  ///   - problems: what was tuned for the shape, in one format and with one kind of activations.
  ///   - time: nanoseconds of a question, or nil where there is no row.
  /// - Throws: the first problem without a row.
  package init(
    of shape: ModelShape, problems: [Problem], workload: Workload, layoutsOf plan: Plan, activation: ActivationFormat,
    threads: Int, time: @escaping (PlanKey) -> Double?
  ) throws(MissingRow) {
    try self.init(
      of: shape, problems: problems, workload: workload,
      layout: { matrix in
        plan.layouts.first {
          $0.n == matrix.n && $0.k == matrix.k && $0.format == matrix.format && $0.element == matrix.element
            && $0.activation == activation && $0.threads == threads
        }?.layout
      },
      time: { problem, layout in time(PlanKey(problem: problem, layout: layout, threads: threads)) })
  }
}
