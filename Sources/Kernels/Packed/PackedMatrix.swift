package import Records

/// An owned quantized matrix: N x K weights in one format and layout.
package struct PackedMatrix: ~Copyable, Sendable {
  package let n: Int
  package let geometry: PackedGeometry
  private var memory: AlignedBuffer<UInt8>

  /// Memory for an `n` x `k` matrix; its contents are zero codes with zero scales until a `quantize` fills it.
  package init(n: Int, k: Int, format: WeightFormat, layout: PackedLayout, pages: Pages = .huge) {
    self.n = n
    geometry = PackedGeometry(k: k, format: format, layout: layout)
    memory = AlignedBuffer(repeating: 0, count: geometry.bytes(n: n), pages: pages)
  }

  /// Sets all codes (N x K), scales and minima (N x groups), row after row: for quantizers that are no kernels. Where the layout holds scales
  /// and minima in 8 bits they are rounded to steps of their row.
  package mutating func fill(codes: [UInt8], scales: [Float16], minima: [Float16]) {
    precondition(codes.count == n * k && scales.count == n * geometry.groups && minima.count == scales.count)
    let view = unsafe PackedView(base: memory.pointer, geometry: geometry)
    for row in 0..<geometry.paddedRows(n) {
      let source = min(row, n - 1)
      let places = source * geometry.groups..<(source + 1) * geometry.groups
      let ranges = zip(scales[places], minima[places]).enumerated()
      switch geometry.layout.side {
      case .half:
        for (group, range) in ranges {
          unsafe view.setSideInformation(scale: range.0, minimum: range.1, row: row, group: group)
        }
      case .byte:
        let steps = SideSteps(scales: scales[places].map(Float.init), minima: minima[places].map(Float.init))
        unsafe view.setSteps(scale: steps.scale, minimum: steps.minimum, row: row)
        for (group, range) in ranges {
          let counts = steps.round(scale: Float(range.0), minimum: Float(range.1))
          unsafe view.setSideInformation(scale: counts.scale, minimum: counts.minimum, row: row, group: group)
        }
      }
      for channel in 0..<k { unsafe view.setCode(Int(codes[source * k + channel]), row: row, channel: channel) }
    }
  }

  package var k: Int { geometry.k }
  package var byteCount: Int { memory.count }
  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { memory.span }
  }

  /// The packed memory, for the call wrappers of the families; valid as long as the matrix lives.
  @unsafe var pointer: UnsafeMutablePointer<UInt8> { unsafe memory.pointer }
}
