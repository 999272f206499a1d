internal import Foundation
internal import Records
internal import Testing

struct MetricGroupTests {
  private static let sums: [(text: String, value: Double)] = [
    ("1", 1), ("a + b * 2", 8), ("(a + b) * 2", 10), ("a - b - 1", -2), ("8 / a / 2", 2), ("1e-3 * a", 0.002),
    ("1.5e+2", 150), ("  a  ", 2), ("((b))", 3), ("a_1", 7),
  ]

  @Test(arguments: sums)
  func formulasAreEvaluatedWithTheUsualPrecedence(text: String, value: Double) throws {
    #expect(try Formula(text).value(["a": 2, "b": 3, "a_1": 7]) == value)
  }

  @Test func whatIsMissingOrNotFiniteHasNoValue() throws {
    #expect(try Formula("a / b").value(["a": 1, "b": 0]) == nil)
    #expect(try Formula("a / b").value(["a": 1]) == nil)
    #expect(try Formula("a / b + a").names == ["a", "b"])
  }

  @Test(arguments: ["", "a b", "(a", "a)", "+", "a +", "1.2.3", "a $ b", "1e", "-a", "((((", "é"])
  func whatIsNoFormulaIsAnError(text: String) {
    #expect(throws: FormulaError.self) { try Formula(text) }
  }

  @Test func deepAndLongFormulasAreErrorsAndNoCrash() {
    let deep = String(repeating: "(", count: 100_000) + "a"
    #expect(throws: FormulaError.self) { try Formula(deep) }
    #expect(throws: FormulaError.self) { try Formula("a" + String(repeating: "+a", count: 100_000)) }
  }

  private static let text = """
    # comment
    SHORT  Cycles

    EVENTS
    cycles   PAPI_TOT_CYC | cycles
    work     sde:::ttq::operations

    METRICS
    clock [GHz] = cycles / seconds / 1e9
    work by cycle [1] = work / cycles
    """

  @Test func theFirstAvailableCounterServesAnEvent() throws {
    let group = try MetricGroup(Self.text, from: "x/clock.txt")
    #expect(group.name == "clock" && group.summary == "Cycles" && group.counters.count == 3)
    let both = group.readings(counters: ["PAPI_TOT_CYC": 4, "cycles": 8], seconds: 0.5) { _ in nil }
    #expect(both.map(\.value) == [8e-9, nil])
    let second = group.readings(counters: ["cycles": 8, "sde:::ttq::operations": 16], seconds: 0.5) { _ in nil }
    #expect(second.map(\.value) == [1.6e-8, 2])
  }

  @Test func whatIsAbsentHasTheReasonsOfItsCounters() throws {
    let group = try MetricGroup(Self.text, from: "clock.txt")
    let reading = try #require(group.readings(counters: [:], seconds: 1) { "no \($0)" }.first)
    #expect(reading.value == nil && reading.absentBecause == "PAPI_TOT_CYC: no PAPI_TOT_CYC; cycles: no cycles")
  }

  @Test(arguments: [
    ("", "SHORT, EVENTS and METRICS"), ("EVENTS\nMETRICS\n", "SHORT"), ("NAME x", "g.txt:1: expected SHORT"),
    ("SHORT x\nEVENTS\ncycles", "g.txt:3: expected a name and the counters"),
    ("SHORT x\nEVENTS\na-b c", "g.txt:3: expected a name of letters"),
    ("SHORT x\nEVENTS\na b | ", "g.txt:3: expected a name and the counters"),
    ("SHORT x\nEVENTS\na b\na c", "g.txt:4: expected a new name"), ("SHORT x\nEVENTS\nseconds c", "g.txt:3"),
    ("SHORT x\nEVENTS\na b\nMETRICS\nm = a", "g.txt:5: expected name [unit] = formula"),
    ("SHORT x\nEVENTS\na b\nMETRICS\nm [1] = a +", "g.txt:5: expected a number, a name or `(`, found the end"),
    ("SHORT x\nEVENTS\na b\nMETRICS\nm [1] = c", "g.txt:5: expected one of a, seconds, found `c`"),
  ])
  func whatIsNoGroupIsOneLineThatNamesItsPlace(text: String, part: String) {
    let error = #expect(throws: RecordError.self) { try MetricGroup(text, from: "g.txt") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func theGroupsOfThePackageAreRead() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Tuning/metrics").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count >= 4)
    for file in files { #expect(try MetricGroup(path: "\(folder)/\(file)").metrics.count >= 3) }
  }
}
