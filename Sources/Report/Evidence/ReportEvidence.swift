package import Records

/// What a report shows beside plan and journal, where it was found; each part may be absent.
package struct ReportEvidence: Sendable {
  /// What each tuned model should take by the plan.
  package var expectations: [ModelExpectation] = []
  /// Every search strategy on a space that was measured in full.
  package var strategies: [StrategyCurve] = []
  /// The file that the space of `strategies` was read from, relative to the report.
  package var strategyRecord: String?
  /// The rows of `ttq eval --json`, by file.
  package var evaluations: [RecordedRows<EvaluationRow>] = []
  /// The rows of `ttq bench-model --json`, by file.
  package var benchmarks: [RecordedRows<ModelBenchRow>] = []
  /// The code of each variant that won.
  package var code: [WinnerCode] = []
  /// Why there is no disassembly; nil where there is.
  package var noDisassembly: String?
  package var provenance: Provenance?
  /// The plan that this one is compared with.
  package var comparison: PlanComparisonSource?

  package init() {}
}

/// Rows that were read from a file beside the report.
package struct RecordedRows<Row: Sendable>: Sendable {
  /// The file, relative to the report.
  package var file: String
  package var rows: [Row]
  /// Lines of the file that were not readable.
  package var unreadable: Int

  package init(file: String, rows: [Row], unreadable: Int) {
    self.file = file
    self.rows = rows
    self.unreadable = unreadable
  }
}

/// Another plan with the name it goes by.
package struct PlanComparisonSource: Hashable, Sendable {
  package var name: String
  package var plan: Plan

  package init(name: String, plan: Plan) {
    self.name = name
    self.plan = plan
  }
}
