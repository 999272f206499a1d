package import Records

/// An owned quantized matrix: N x K weights in one format and layout.
package struct PackedMatrix: ~Copyable, Sendable {
  package let n: Int
  package let geometry: PackedGeometry
  private var memory: AlignedBuffer<UInt8>

  /// Memory for an `n` x `k` matrix; its contents are zero codes with zero scales until a `quantize` fills it.
  package init(n: Int, k: Int, format: WeightFormat, layout: PackedLayout) {
    self.n = n
    geometry = PackedGeometry(k: k, format: format, layout: layout)
    memory = AlignedBuffer(repeating: 0, count: geometry.bytes(n: n))
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
