import Measure
import Records
import Testing

struct RoofTests {
  static let allowed = AllowedProcessors.current()

  @Test(arguments: RoofLoops.all.map(\.name))
  func loopsComputeWhatTheySay(name: String) throws {
    let loops = try #require(RoofLoops.all.first { $0.name == name })
    guard loops.runs(on: RoofLoops.machineISA) else {
      print("skipped: roof loops \(name) need an instruction set that this machine lacks")
      return
    }
    for kind in Roof.Kind.allCases {
      guard let loop = loops.arithmetic(kind) else { continue }
      for iterations in [64, 65, 1000, 1_000_001] { #expect(loop.holds(iterations), "\(kind), \(iterations)") }
      #expect(loop.operations > 0)
    }
    if loops.hasMemoryLoops { #expect(loops.readsAndCopies(pages: 7)) }
  }

  @Test func everyRoofIsMeasuredOrSaysWhyNot() {
    var last = 0.0
    let set = Roofs.measure(
      threads: [1, Self.allowed.count], budget: 0.5, isa: RoofLoops.machineISA,
      cacheBytes: [48 << 10, 1 << 20, 32 << 20]
    ) { done, _ in
      #expect(done >= last && done <= 1)
      last = done
    }
    #expect(set.roofs.count == 2 * Roof.Kind.allCases.count)
    for roof in set.roofs {
      if let value = roof.value, let low = roof.low, let high = roof.high {
        #expect(value.isFinite && value > 0 && low <= value && value <= high)
      } else {
        #expect(roof.reason?.isEmpty == false)
      }
    }
    #expect(set.value(.dramRead, threads: 1) != nil)
    #expect(set.value(.fmaF32, threads: 1) != nil)
  }

  @Test func missingInstructionSetIsAReason() throws {
    let set = Roofs.measure(threads: [1], budget: 0, isa: 0, cacheBytes: [])
    for (kind, reason) in [(Roof.Kind.vpdpbusd, "needs avx512vnni"), (.vdpbf16ps, "needs avx512bf16")] {
      let dot = try #require(set.roofs.first { $0.kind == kind })
      #expect(dot.value == nil && dot.reason == reason)
    }
    #expect(set.value(.fmaF32, threads: 1) != nil)
  }

  @Test func threadsBeyondTheProcessorsAreAReason() {
    let count = Self.allowed.count + 1
    let set = Roofs.measure(threads: [count], budget: 0, isa: 0, cacheBytes: [])
    #expect(set.roofs.allSatisfy { $0.value == nil && $0.reason?.contains("processors are allowed") == true })
  }

  @Test func roundTripIsFelt() {
    guard Self.allowed.count > 1 else { return }
    let trip = CorePlacement.roundTripNanoseconds()
    #expect(trip.map { $0.isFinite && $0 > 0 } == true)
    #expect(CorePlacement.roundTripNanoseconds(between: [Self.allowed[0]]) == nil)
  }

  @Test func memoryIsBoundedByWhatIsFree() {
    let mebibyte = 1 << 20
    #expect(RoofMemory.size(lastLevelCacheBytes: 480 * mebibyte, freeBytes: 24_000 * mebibyte) == 2880 * mebibyte)
    #expect(RoofMemory.size(lastLevelCacheBytes: 8 * mebibyte, freeBytes: 24_000 * mebibyte) == 256 * mebibyte)
    #expect(RoofMemory.size(lastLevelCacheBytes: 480 * mebibyte, freeBytes: 1024 * mebibyte) == 256 * mebibyte)
    #expect(RoofMemory.available(meminfo: "MemTotal: 5 kB\nMemAvailable:   2048 kB\n") == 2 << 20)
    #expect(RoofMemory.available(meminfo: "") == nil)
  }
}
