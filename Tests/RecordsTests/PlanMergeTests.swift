internal import Foundation
internal import Records
internal import Testing

struct PlanMergeTests {
  /// A plan of one row and no layout.
  private static func plan(
    _ variant: String, rigor: Rigor = .quick, date: String = "2025-01-01T00:00:00Z", threads: Int = 1
  ) -> Plan {
    var row = SampleRecords.row(variant, threads: threads)
    (row.rigor, row.date) = (rigor, date)
    var context = SampleRecords.context
    context.date = date
    return Plan(machine: SampleRecords.machine, context: context, roofs: SampleRecords.roofs, rows: [row])
  }

  @Test func newerRowsReplaceOnlyTheOnesThatAnswerTheSameQuestion() {
    var plan = SampleRecords.plan
    plan.rows.append(SampleRecords.row("a8/avx2_r8x1", layout: .rows))
    plan.rows.append(SampleRecords.row("a8/avx2_r8x1", threads: 2))
    var newer = Plan(
      machine: SampleRecords.machine, context: SampleRecords.context,
      roofs: RoofSet(roofs: [], roundTripNanoseconds: nil), layouts: [SampleRecords.layout(.panel16, threads: 2)],
      rows: [SampleRecords.row("a8/newer")])
    newer.context.date = "2026-01-01T00:00:00Z"
    plan.merge(newer)
    #expect(plan.rows.map(\.variant) == ["a8/newer", "a8/avx2_r8x1", "a8/avx2_r8x1"])
    #expect(Set(plan.rows.map(\.key)).count == 3)
    #expect(plan.layouts.map(\.threads) == [1, 2])
    #expect(plan.context == newer.context && plan.roofs == newer.roofs)
  }

  @Test func mergingAPlanIntoItselfChangesNothing() {
    var plan = SampleRecords.plan
    plan.merge(SampleRecords.plan)
    #expect(plan == SampleRecords.plan)
  }

  @Test(arguments: [
    (first: Rigor.measure, second: Rigor.quick, winner: "first"), (first: .quick, second: .measure, winner: "second"),
    (first: .quick, second: .quick, winner: "second"), (first: .measure, second: .estimate, winner: "first"),
  ])
  func lessRigorNeverReplacesMore(first: Rigor, second: Rigor, winner: String) {
    let early = Self.plan("first", rigor: first)
    let late = Self.plan("second", rigor: second, date: "2025-06-01T00:00:00Z")
    for (one, other) in [(early, late), (late, early)] {
      var plan = one
      plan.merge(other)
      #expect(plan.rows.map(\.variant) == [winner], "in either order")
      #expect(plan.context.date == late.context.date)
    }
  }

  @Test func aRowOfKernelsThatAreGoneGivesWayWhateverItsRigor() {
    let old = Self.plan("gone", rigor: .measure)
    for (one, other) in [(old, Self.plan("here")), (Self.plan("here"), old)] {
      var plan = one
      plan.merge(other) { $0.variant == "gone" }
      #expect(plan.rows.map(\.variant) == ["here"])
    }
  }

  @Test func aLayoutFollowsTheRowsItWasChosenFrom() {
    func plan(_ layout: PackedLayout, rigor: Rigor, workload: Workload = .standard) -> Plan {
      var plan = SampleRecords.plan
      var choice = SampleRecords.layout(layout)
      choice.workload = workload
      plan.layouts = [choice]
      plan.rows[0].problem = Problem(family: .quantize, n: 3072, k: 1024, format: .q4g32, element: .bf16)
      plan.rows[0].rigor = rigor
      return plan
    }
    var kept = plan(.panel16, rigor: .measure)
    kept.merge(plan(.rows, rigor: .quick))
    #expect(kept.layouts.map(\.layout) == [.panel16])
    kept.merge(plan(.rows, rigor: .measure))
    #expect(kept.layouts.map(\.layout) == [.rows])
    kept.merge(plan(.panel16, rigor: .quick, workload: Workload(prompt: 1, generate: 1)))
    #expect(kept.layouts.map(\.layout) == [.panel16], "another workload was asked for")
  }

  @Test func forgettingTheLastPackerOfAMatrixForgetsItsLayout() {
    var plan = SampleRecords.plan
    var packer = plan.rows[0]
    packer.problem = Problem(family: .quantize, n: 3072, k: 1024, format: .q4g32, element: .bf16)
    plan.rows.append(packer)
    #expect(plan.forget { $0.problem.family == .qmatmul } == 1 && plan.layouts.count == 1)
    #expect(plan.forget { _ in true } == 1 && plan.layouts.isEmpty && plan.rows.isEmpty)
    #expect(plan.forget { _ in true } == 0)
  }

  @Test func aDifferenceTellsWinnersTimesAndWhatIsMissing() {
    var before = Self.plan("a")
    before.rows.append(SampleRecords.row("b", threads: 2))
    before.layouts = [SampleRecords.layout(.rows)]
    var after = Self.plan("c")
    after.rows.append(SampleRecords.row("d", threads: 4))
    after.layouts = [SampleRecords.layout(.panel16)]
    after.rows[0].timing = Timing(medianNanoseconds: 500, lowNanoseconds: 490, highNanoseconds: 510, samples: 9)
    let difference = PlanDifference(from: before, to: after)
    #expect(difference.removed.map(\.variant) == ["b"] && difference.added.map(\.variant) == ["d"])
    #expect(difference.changes.map(\.sameWinner) == [false] && difference.changes.map(\.ratio) == [0.5])
    #expect(difference.layouts.map(\.before.layout) == [.rows] && difference.layouts.map(\.after.layout) == [.panel16])
    let same = PlanDifference(from: before, to: before)
    #expect(same.changes.allSatisfy { $0.sameWinner && $0.ratio == nil } && same.layouts.isEmpty)
  }
}
