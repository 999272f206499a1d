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
    variant(.bf16, .compact16, kernel: unsafe QuantizeKernel { unsafe pack($0, BFloat16.self, .compact16) }),
    variant(.f16, .compact16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float16.self, .compact16) }),
    variant(.f32, .compact16, kernel: unsafe QuantizeKernel { unsafe pack($0, Float.self, .compact16) }),
  ]

  private static func variant(
    _ element: ElementType, _ layout: PackedLayout, kernel: QuantizeKernel
  ) -> Variant<QuantizeKernel> {
    Variant(
      VariantRow(
        name: "\(element.rawValue)/\(layout.scalarName)", revision: 7, isa: .baseline,
        summary: "reference: weight after weight", file: "Sources/Kernels/Quantize/QuantizeScalar.swift",
        bits: WeightFormat.supportedBits, element: element, layout: layout, searches: nil),
      kernel: kernel)
  }

  private static func pack<Element: WeightElement>(
    _ args: UnsafePointer<ttq_quantize_args>, _: Element.Type, _ layout: PackedLayout
  ) -> UInt32 {
    let args = unsafe args.pointee
    guard let format = unsafe WeightFormat(bits: args.bits, group: args.group, side: layout.side) else { return 1 }
    let geometry = unsafe PackedGeometry(k: args.k, format: format, layout: layout)
    let view = unsafe PackedView(base: args.packed, geometry: geometry)
    var nonfinite: UInt32 = 0
    for row in unsafe 0..<args.n {
      let weights = unsafe args.rows[row].assumingMemoryBound(to: Element.self)
      let values = (0..<geometry.k).map { k in
        unsafe Self.residual(weights[k].widened, args, row: row, channel: k) * args.d[k]
      }
      let groups = stride(from: 0, to: geometry.k, by: format.group).map { $0..<min($0 + format.group, geometry.k) }
      let ranges: [ValueRange]
      if let weight = unsafe args.search.weight, let error = unsafe args.search.error, unsafe args.search.candidates > 0
      {
        let weights = (0..<geometry.k).map { unsafe weight[$0] }
        let best = groups.map {
          unsafe RangeSearch.best(
            values[$0], weights: weights[$0], candidates: args.search.candidates, largestCode: format.largestCode)
        }
        unsafe error[row] = best.reduce(0) { $0 + $1.error }
        ranges = best.map(\.range)
      } else {
        ranges = groups.map { ValueRange(values[$0]) }
      }
      let steps = SideSteps(ranges, largestCode: format.largestCode)
      if layout.side == .byte { unsafe view.setSteps(scale: steps.scale, minimum: steps.minimum, row: row) }
      for (group, range) in ranges.enumerated() {
        let rounded: GroupRange
        switch layout.side {
        case .half:
          let half = GroupRange(low: range.low, high: range.high, largestCode: format.largestCode)
          unsafe view.setSideInformation(
            scale: Float16(half.scale), minimum: Float16(half.minimum), row: row, group: group)
          rounded = half
        case .byte:
          let (scale, minimum) = steps.round(range, largestCode: format.largestCode)
          unsafe view.setSideInformation(scale: scale, minimum: minimum, row: row, group: group)
          rounded = unsafe GroupRange(
            scale: view.scale(row: row, group: group), minimum: view.minimum(row: row, group: group),
            largestCode: format.largestCode)
        }
        if !rounded.isFinite { nonfinite = 1 }
        for k in group * format.group..<min((group + 1) * format.group, geometry.paddedK) {
          unsafe view.setCode(k < geometry.k ? rounded.code(values[k]) : 0, row: row, channel: k)
        }
      }
    }
    return nonfinite
  }

  /// The weight less the product of the low-rank factors at (`row`, `channel`).
  private static func residual(_ weight: Float, _ args: ttq_quantize_args, row: Int, channel: Int) -> Float {
    let factors = unsafe args.low_rank
    guard let b = unsafe factors.b, let a = unsafe factors.a else { return weight }
    return unsafe (0..<factors.rank).reduce(weight) { rest, turn in
      let i = unsafe ttq_low_rank_order(turn, factors.rank)
      let (left, right) = unsafe (BFloat16(bits: b[row * factors.rank + i]), BFloat16(bits: a[i * args.k + channel]))
      return rest - left.widened * right.widened
    }
  }
}

/// The least and the greatest of a group's values.
package struct ValueRange {
  package let low: Float
  package let high: Float

  init(low: Float, high: Float) {
    self.low = low
    self.high = high
  }

  package init(_ values: some Sequence<Float>) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    self.low = low
    self.high = high
  }

  /// The scale that spreads the codes over the range.
  func scale(largestCode: Int) -> Float { (high - low) / Float(largestCode) }
}

/// The steps of a row, in which compact16 counts scales and minima.
struct SideSteps {
  let scale: Float16
  let minimum: Float16

  /// The least steps that hold the ranges of a row in 8 bits.
  init(_ ranges: [ValueRange], largestCode: Int) {
    self.init(scales: ranges.map { $0.scale(largestCode: largestCode) }, minima: ranges.map(\.low))
  }

  /// The least steps that hold the scales and minima of a row in 8 bits.
  init(scales: some Sequence<Float>, minima: some Sequence<Float>) {
    scale = Self.roundedUp(scales.reduce(0, max) / 255)
    minimum = Self.roundedUp(minima.reduce(0) { max($0, $1.magnitude) } / 127)
  }

  private static func roundedUp(_ value: Float) -> Float16 {
    let nearest = Float16(value)
    return Float(nearest) < value ? nearest.nextUp : nearest
  }

  /// The nearest counts of steps.
  func round(_ range: ValueRange, largestCode: Int) -> (scale: UInt8, minimum: Int8) {
    round(scale: range.scale(largestCode: largestCode), minimum: range.low)
  }

  /// The nearest counts of steps.
  func round(scale: Float, minimum: Float) -> (scale: UInt8, minimum: Int8) {
    guard self.scale.isFinite, self.minimum.isFinite else { return (0, 0) }
    let (up, down) = (self.scale > 0 ? 1 / Float(self.scale) : 0, self.minimum > 0 ? 1 / Float(self.minimum) : 0)
    return (UInt8((scale * up).rounded(.toNearestOrEven)), Int8((minimum * down).rounded(.toNearestOrEven)))
  }
}

/// The scale and minimum of a group, rounded before codes are taken (method.md, step 4).
package struct GroupRange {
  package let scale: Float
  package let minimum: Float
  let inverse: Float
  /// The position of 0; that of code 0 is `origin`.
  let offset: Float
  let origin: Float
  let largestCode: Int

  /// A range rounded to f16.
  package init(low: Float, high: Float, largestCode: Int) {
    // Adding zero turns -0 into +0, so that the order in which extremes are found does not show.
    self.init(
      scale: Float(Float16((high - low) / Float(largestCode) + 0)), minimum: Float(Float16(low + 0)),
      largestCode: largestCode)
  }

  /// A range that was rounded.
  init(scale: Float, minimum: Float, largestCode: Int) {
    self.scale = scale
    self.minimum = minimum
    inverse = scale > 0 ? 1 / scale : 0
    origin = Float(largestCode + 1)
    offset = (origin + 0.5) - minimum * inverse
    self.largestCode = largestCode
  }

  var isFinite: Bool { scale.isFinite && minimum.isFinite }

  package func code(_ value: Float) -> Int {
    let position = value * inverse + offset
    guard position.isFinite else { return 0 }
    return Int(max(origin, min(origin + Float(largestCode), position)) - origin)
  }
}
