internal import CKernels
internal import Records

/// The reference of `quantize`: every width and group, any element type, all layouts.
enum QuantizeScalar {
  static let all: [Variant<QuantizeKernel>] = [
    variant(.bf16, .rows, kernel: unsafe QuantizeKernel { unsafe pack($0, BFloat16.self, .rows) }),
    variant(.f16, .rows, kernel: unsafe QuantizeKernel { unsafe pack($0, Float16.self, .rows) }),
    variant(.f32, .rows, kernel: unsafe QuantizeKernel { unsafe pack($0, Float.self, .rows) }),
    variant(.bf16, .panel16, kernel: unsafe QuantizeKernel { unsafe pack($0, BFloat16.self, .panel16) }),
    variant(.f16, .panel16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float16.self, .panel16) }),
    variant(.f32, .panel16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float.self, .panel16) }),
    variant(.bf16, .planes16, kernel: unsafe QuantizeKernel { unsafe pack($0, BFloat16.self, .planes16) }),
    variant(.f16, .planes16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float16.self, .planes16) }),
    variant(.f32, .planes16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float.self, .planes16) }),
  ]

  private static func variant(
    _ element: ElementType, _ layout: PackedLayout, kernel: QuantizeKernel
  ) -> Variant<QuantizeKernel> {
    Variant(
      VariantRow(
        name: "\(element.rawValue)/\(layout.scalarName)", revision: 2, isa: .baseline,
        summary: "reference: weight after weight", file: "Sources/Kernels/Quantize/QuantizeScalar.swift",
        bits: WeightFormat.supportedBits, element: element, layout: layout),
      kernel: kernel)
  }

  private static func pack<Element: WeightElement>(
    _ args: UnsafePointer<ttq_quantize_args>, _: Element.Type, _ layout: PackedLayout
  ) -> UInt32 {
    let args = unsafe args.pointee
    guard let format = unsafe WeightFormat(bits: args.bits, group: args.group) else { return 1 }
    let geometry = unsafe PackedGeometry(k: args.k, format: format, layout: layout)
    let view = unsafe PackedView(base: args.packed, geometry: geometry)
    var nonfinite: UInt32 = 0
    for row in unsafe 0..<args.n {
      let weights = unsafe args.rows[row].assumingMemoryBound(to: Element.self)
      for group in 0..<geometry.groups {
        let start = group * format.group
        let channels = start..<min(start + format.group, geometry.k)
        let values = channels.map { k in
          unsafe Self.residual(weights[k].widened, args, row: row, channel: k) * args.d[k]
        }
        let range = GroupRange(values, largestCode: format.largestCode)
        if !range.isFinite { nonfinite = 1 }
        unsafe view.setSideInformation(scale: range.scale, minimum: range.minimum, row: row, group: group)
        for k in channels {
          unsafe view.setCode(range.code(values[k - channels.lowerBound]), row: row, channel: k)
        }
        for k in channels.upperBound..<min(start + format.group, geometry.paddedK) where k >= geometry.k {
          unsafe view.setCode(0, row: row, channel: k)
        }
      }
    }
    return nonfinite
  }

  /// The weight less the product of the low-rank factors at (`row`, `channel`).
  private static func residual(_ weight: Float, _ args: ttq_quantize_args, row: Int, channel: Int) -> Float {
    let factors = unsafe args.low_rank
    guard let b = unsafe factors.b, let a = unsafe factors.a else { return weight }
    return unsafe (0..<factors.rank).reduce(weight) { rest, i in
      let (left, right) = unsafe (BFloat16(bits: b[row * factors.rank + i]), BFloat16(bits: a[i * args.k + channel]))
      return rest - left.widened * right.widened
    }
  }
}

/// The scale and minimum of a group, rounded to f16 before codes are taken (method.md, step 4).
struct GroupRange {
  let scale: Float16
  let minimum: Float16
  let inverse: Float
  let largestCode: Int

  /// The range of `values`, of which there is at least one.
  init(_ values: some Sequence<Float>, largestCode: Int) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    self.init(low: low, high: high, largestCode: largestCode)
  }

  init(low: Float, high: Float, largestCode: Int) {
    // Adding zero turns -0 into +0, so that the order in which extremes are found does not show.
    scale = Float16((high - low) / Float(largestCode) + 0)
    minimum = Float16(low + 0)
    inverse = scale > 0 ? 1 / Float(scale) : 0
    self.largestCode = largestCode
  }

  var isFinite: Bool { scale.isFinite && minimum.isFinite }

  func code(_ value: Float) -> Int {
    let position = (value - Float(minimum)) * inverse + 0.5
    guard position.isFinite else { return 0 }
    return max(0, min(largestCode, Int(max(-1, min(256, position)))))
  }
}
