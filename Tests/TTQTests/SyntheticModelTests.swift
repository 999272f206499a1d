import Foundation
import Kernels
import Records
import TTQ
import Testing

/// A model of random weights is a model: it loads, runs and stays finite.
@Suite struct SyntheticModelTests {
  static let shape = ModelShape(
    name: "small", source: "test", element: .bf16, layers: 2,
    linears: [
      LinearShape(name: "qkv", n: 128, k: 64, count: 2), LinearShape(name: "o", n: 64, k: 64, count: 2),
      LinearShape(name: "gate_up", n: 192, k: 64, count: 2), LinearShape(name: "down", n: 64, k: 96, count: 2),
      LinearShape(name: "lm_head", n: 500, k: 64, count: 1),
    ], heads: 4, keyValueHeads: 2, headDimension: 16)

  @Test func loadsAndRuns() throws {
    let folder = try TestFolder()
    try SyntheticModel(Self.shape).write(to: folder.path)
    let model = try LanguageModel(folder: folder.path)
    #expect(model.weightBytes == 2 * (500 * 64 + 2 * (128 * 64 + 64 * 64 + 192 * 64 + 64 * 96)))
    let session = try Session(model, .testing(.ttq))
    try session.prefill(Array(0..<20))
    for token in 20..<24 { try session.decode(token) }
    #expect(session.logits.allSatisfy(\.isFinite) && Set(session.logits).count > 100)
  }

  @Test func rewindForgetsPositionsAndKeepsWeights() throws {
    let folder = try TestFolder()
    try SyntheticModel(Self.shape).write(to: folder.path)
    let session = try Session(LanguageModel(folder: folder.path), .testing(.ttq))
    try session.prefill(Array(0..<20))
    try session.decode(7)
    let first = session.logits
    #expect(session.rewind(to: 20) == 20)
    #expect(session.position == 20)
    try session.decode(7)
    #expect(session.logits == first)
  }

  @Test func refusesOtherLayers() throws {
    var shape = Self.shape
    shape.linears[1].n = 80
    #expect(throws: ModelFileError.self) { try SyntheticModel(shape) }
    shape = Self.shape
    shape.linears.removeLast()
    #expect(throws: ModelFileError.self) { try SyntheticModel(shape) }
    shape = Self.shape
    shape.element = .f32
    #expect(throws: ModelFileError.self) { try SyntheticModel(shape) }
  }
}

/// Exact prefill of many tokens quantizes in the pass that multiplies: the same matrices as in two passes.
@Suite struct FusedPrefillTests {
  @Test func quantizesAsTwoPassesDo() throws {
    let folder = try TestFolder()
    try SyntheticModel(SyntheticModelTests.shape).write(to: folder.path)
    let model = try LanguageModel(folder: folder.path)
    var options = try SessionOptions.testing(.ttq)
    options.prefill = .exact
    options.driftThreshold = 0
    let tokens = (0..<150).map { $0 * 37 % 500 }
    let fused = try Session(model, options)
    try fused.prefill(tokens)
    // Too few at once for the kernels of many tokens.
    let apart = try Session(model, options)
    for start in stride(from: 0, to: 150, by: 50) { try apart.prefill(Array(tokens[start..<start + 50])) }
    try fused.decode(3)
    try apart.decode(3)
    let largest = apart.logits.map(\.magnitude).max() ?? 0
    let difference = zip(fused.logits, apart.logits).map { abs($0 - $1) }.max() ?? .infinity
    #expect(largest > 0 && difference < 0.02 * largest, "\(difference) of \(largest)")
  }

  @Test func isBoundWhereThereIsMoreThanAReference() throws {
    var options = try SessionOptions.testing(.ttq)
    options.prefill = .exact
    let session = try Session(LanguageModel(folder: TestData.demoModel), options)
    let bound = session.kernels.filter { $0.problem.family == .matmulQuantize }
    #expect(bound.allSatisfy { $0.step != .reference })
    if try Machine.probe().isa.contains(.avx512) { #expect(!bound.isEmpty) }
  }
}
