internal import CKernels
package import Records

/// Activations scaled by 1 / D and formatted for a quantized product: int8 codes with scales, or f32 values; both with group sums.
package struct PackedActivations: ~Copyable, Sendable {
  package let format: ActivationFormat
  package let k: Int
  package let group: Int
  /// Tokens that there is room for.
  package let capacity: Int
  let codes: AlignedBuffer<Int8>
  let values: AlignedBuffer<Float>
  let scale: AlignedBuffer<Float>
  let sum: AlignedBuffer<Float>

  package init(capacity: Int, k: Int, group: Int, format: ActivationFormat) {
    self.capacity = capacity
    self.k = k
    self.group = group
    self.format = format
    let elements = capacity * ttq_padded_k(k)
    let groups = capacity * ttq_groups(k, group)
    codes = AlignedBuffer(repeating: 0, count: format == .a8 ? elements : 0)
    values = AlignedBuffer(repeating: 0, count: format == .f32 ? elements : 0)
    scale = AlignedBuffer(repeating: 0, count: format == .a8 ? groups : 0)
    sum = AlignedBuffer(repeating: 0, count: groups)
  }
}
