import Kernels
import Records
import TTQ
import Testing

/// What scales and minima in 8 bits cost in precision, on weights of a trained model.
@Suite(.enabled(if: TestData.hasShared, "needs ../shared/data/weights")) struct SideInformationTests {
  /// The error of a product grows by no more than a hundredth over that of f16 pairs. Both meet the same activations: draws of
  /// their own differ by several hundredths.
  @Test(arguments: [2, 3, 4], ["decoder1.attention.proj", "decoder6.attention.query", "decoder12.attention.value"])
  func costsLittlePrecision(bits: Int, name: String) throws {
    let file = try SafetensorsFile(path: TestData.shared("weights/gpt2-small-attention.safetensors"))
    let tensor = try file.tensor("\(name).weight")
    let half = try error(of: tensor, in: #require(WeightFormat(bits: bits, group: 32)), .panel16)
    let byte = try error(of: tensor, in: #require(WeightFormat(bits: bits, group: 32, side: .byte)), .compact16)
    #expect(byte < 1.01 * half, "\(byte / half)")
  }

  /// The relative error of W x for 64 bell-shaped x, the same in every call, with D a power of two.
  private func error(of tensor: Tensor, in format: WeightFormat, _ layout: PackedLayout) throws -> Double {
    let (n, k) = (tensor.shape[0], tensor.shape[1])
    let quantize = Problem(family: .quantize, n: n, k: k, format: format, element: tensor.element)
    let packer = try #require(
      QuantizeFamily().variants.first { $0.row.layout == layout && $0.row.constraint(against: quantize) == nil })
    let reader = try #require(DequantizeFamily().variants.first { $0.row.layout == layout })
    let (pool, one) = (ThreadPool(threads: 1), Configuration(threads: 1))
    let d = [Float](repeating: 4096, count: k)
    var packed = PackedMatrix(n: n, k: k, format: format, layout: layout)
    let rows = unsafe WeightRows(parts: [(start: tensor.pointer, rows: n)], k: k, element: tensor.element)
    #expect(Quantize(packer, one)(rows, d: d.span, into: &packed, pool: pool))
    var rounded = [Float](repeating: 0, count: n * k)
    var span = rounded.mutableSpan
    Dequantize(reader, one)(packed, into: &span, pool: pool)

    let full = tensor.floats()
    var state: UInt64 = 1
    func uniform() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / 0x1p24 - 0.5
    }
    var (difference, norm) = (0.0, 0.0)
    for _ in 0..<64 {
      let x = (0..<k).map { _ in uniform() + uniform() + uniform() + uniform() }
      for row in 0..<n {
        var (y, lost): (Float, Float) = (0, 0)
        for channel in 0..<k {
          let weight = full[row * k + channel]
          y += weight * x[channel]
          lost += (rounded[row * k + channel] / 4096 - weight) * x[channel]
        }
        difference += Double(lost * lost)
        norm += Double(y * y)
      }
    }
    return (difference / norm).squareRoot()
  }
}
