extension SIMD16 where Scalar: BitwiseCopyable {
  /// Sixteen scalars from unaligned memory.
  @inline(__always) init(loading source: UnsafePointer<Scalar>) {
    self = unsafe UnsafeRawPointer(source).loadUnaligned(as: Self.self)
  }

  /// Writes the sixteen scalars to unaligned memory.
  @inline(__always) func store(to target: UnsafeMutablePointer<Scalar>) {
    unsafe UnsafeMutableRawPointer(target).storeBytes(of: self, as: Self.self)
  }
}

extension SIMD16<Float> {
  @inline(__always) init(loading source: UnsafeMutablePointer<Float>) {
    unsafe self.init(loading: UnsafePointer(source))
  }
}
