internal import Foundation
internal import Report
internal import Testing

/// Scales and plots: values stand where they should, and what has no place is left out.
struct PlotTests {
  @Test func evenScalesBeginAtZeroAndHaveRoundTicks() {
    let scale = Scale([3, 47], isLogarithmic: false, from: 100, to: 200)
    #expect(scale.low == 0 && scale.place(0) == 100 && scale.place(scale.high) == 200)
    #expect(scale.ticks() == [0, 10, 20, 30, 40])
    #expect(scale.text(30) == "30")
  }

  @Test func logarithmicScalesGiveEqualFactorsEqualRoom() {
    let scale = Scale([1, 1000, 0, -4, .nan], isLogarithmic: true, from: 300, to: 0)
    #expect(scale.low > 0)
    let steps = [1.0, 10, 100, 1000].map(scale.place)
    #expect(abs((steps[0] - steps[1]) - (steps[2] - steps[3])) < 1e-9)
    #expect(scale.ticks() == [1, 10, 100, 1000])
    #expect(!scale.shows(0) && !scale.shows(.infinity))
    let tokens = Scale([1, 512], isLogarithmic: true, from: 0, to: 1).ticks(binary: true)
    #expect(tokens.first == 1 && tokens.allSatisfy { log2($0) == log2($0).rounded() })
  }

  @Test func aNarrowLogarithmicScaleHasRoundTicksToo() {
    let scale = Scale([38, 54], isLogarithmic: true, from: 0, to: 1)
    #expect(scale.ticks() == [40, 50, 60] && scale.text(40) == "40")
  }

  @Test(arguments: [[], [5.0], [0, 0], [.nan], [-1, -1]])
  func scalesOfFewValuesStayFinite(values: [Double]) {
    for isLogarithmic in [false, true] {
      let scale = Scale(values, isLogarithmic: isLogarithmic, from: 0, to: 100)
      #expect(scale.high > scale.low)
      let places = (scale.ticks() + [scale.low, scale.high]).map { scale.place($0) }
      #expect(places.allSatisfy { $0.isFinite })
    }
  }

  private static func plot(_ points: [Plot.Point], ceilings: [Plot.Ceiling] = []) -> Plot {
    Plot(
      caption: "c", x: .init(title: "x", isLogarithmic: true), y: .init(title: "y", isLogarithmic: true),
      series: [Plot.Series(name: "a", points: points), Plot.Series(name: "b", points: [])], ceilings: ceilings)
  }

  @Test func pointsWithoutAPlaceAreLeftOut() {
    let odd = [0, -1, Double.nan, .infinity].map { Plot.Point(x: $0, y: 1, label: "odd") }
    #expect(PlotDrawing(Self.plot(odd)).svg.isEmpty)
    let svg = PlotDrawing(Self.plot(odd + [Plot.Point(x: 2, y: 3, label: "kept", highlighted: true)])).svg
    #expect(svg.components(separatedBy: "<circle").count == 2)
    #expect(svg.contains("kept") && !svg.contains("odd") && svg.contains("tabindex"))
  }

  @Test func ceilingsAreCutToTheFrame() {
    let point = Plot.Point(x: 1, y: 10, label: "p")
    let ceilings = [
      Plot.Ceiling(name: "level", from: (0.01, 100), to: (100, 100)),
      Plot.Ceiling(name: "slanted", from: (0.01, 1), to: (100, 10_000)),
      Plot.Ceiling(name: "nowhere", from: (0, 0), to: (1, 1)),
    ]
    let svg = PlotDrawing(Self.plot([point, Plot.Point(x: 9, y: 1, label: "q")], ceilings: ceilings)).svg
    #expect(svg.contains(">level<") && svg.contains(">slanted<") && !svg.contains("nowhere"))
    for match in svg.matches(of: /class="roof" x1="([^"]+)" y1="([^"]+)" x2="([^"]+)" y2="([^"]+)"/) {
      let places = [match.1, match.2, match.3, match.4].compactMap { Double($0) }
      #expect(places.count == 4 && places.allSatisfy { (0...960).contains($0) })
    }
  }
}
