internal import Report
internal import Testing

struct UnitTests {
  @Test(arguments: [
    (Unit.nanoseconds, 12.345, "12.3 ns"), (.nanoseconds, 94_210, "94.2 µs"), (.nanoseconds, 1_234_567, "1.23 ms"),
    (.nanoseconds, 2.5e9, "2.50 s"), (.gigabytesPerSecond, 9.9999, "10.0"), (.plain, 0, "0"), (.plain, 1234.5, "1234"),
    (.plain, 1e-9, "1.00e-09"), (.share, 0.873, "87 %"), (.share, 0.0123, "1.2 %"), (.ratio, 1.4151, "1.42×"),
    (.count, 1e6, "1000000"), (.error, 0, "0"), (.error, 3.21e-7, "3.2e-07"), (.plain, .nan, "–"),
    (.nanoseconds, .infinity, "–"),
  ])
  func numbersAreWrittenWithThreeDigits(unit: Unit, value: Double, text: String) {
    #expect(unit.text(value) == text)
  }

  @Test func anIntervalNamesItsUnitOnce() {
    #expect(Unit.nanoseconds.text(low: 91_000, high: 96_000) == "91.0–96.0 µs")
    #expect(Unit.gigabytesPerSecond.text(low: 11.1, high: 11.4) == "11.1–11.4")
    #expect(Unit.nanoseconds.text(low: nil, high: 1) == "–")
  }
}
