/// Element access to packed weights for reference code: slow and obvious.
///
/// Unsafe because it does not own the memory: the caller keeps it alive and as large as the geometry says.
@unsafe package struct PackedView {
  package let base: UnsafeMutablePointer<UInt8>
  package let geometry: PackedGeometry

  package init(base: UnsafeMutablePointer<UInt8>, geometry: PackedGeometry) {
    unsafe self.base = base
    unsafe self.geometry = geometry
  }

  package func code(row: Int, channel: Int) -> Int {
    var code = 0
    for index in unsafe 0..<geometry.fieldCount {
      code |= unsafe read(geometry.field(index, row: row, channel: channel))
    }
    return code
  }

  package func setCode(_ code: Int, row: Int, channel: Int) {
    for index in unsafe 0..<geometry.fieldCount {
      unsafe write(code, geometry.field(index, row: row, channel: channel))
    }
  }

  private func read(_ field: PackedGeometry.Field) -> Int {
    (Int(unsafe base[field.byte]) >> field.shift & ((1 << field.width) - 1)) << field.codeShift
  }

  private func write(_ code: Int, _ field: PackedGeometry.Field) {
    let mask = (1 << field.width) - 1
    let cleared = Int(unsafe base[field.byte]) & ~(mask << field.shift)
    unsafe base[field.byte] = UInt8(cleared | (code >> field.codeShift & mask) << field.shift)
  }

  package func scale(row: Int, group: Int) -> Float {
    let place = unsafe geometry.sideInformation(row: row, group: group).scale
    guard let steps = unsafe geometry.steps(row: row) else { return unsafe Float(half(place)) }
    return unsafe Float(base[place]) * Float(half(steps.scale))
  }

  package func minimum(row: Int, group: Int) -> Float {
    let place = unsafe geometry.sideInformation(row: row, group: group).minimum
    guard let steps = unsafe geometry.steps(row: row) else { return unsafe Float(half(place)) }
    return unsafe Float(Int8(bitPattern: base[place])) * Float(half(steps.minimum))
  }

  /// Sets the scale and minimum of a group in f16.
  package func setSideInformation(scale: Float16, minimum: Float16, row: Int, group: Int) {
    let place = unsafe geometry.sideInformation(row: row, group: group)
    unsafe setHalf(scale, place.scale)
    unsafe setHalf(minimum, place.minimum)
  }

  /// Sets the scale and minimum of a group in steps; after the last group, also the line that it shares with none.
  package func setSideInformation(scale: UInt8, minimum: Int8, row: Int, group: Int) {
    let place = unsafe geometry.sideInformation(row: row, group: group)
    unsafe base[place.scale] = scale
    unsafe base[place.minimum] = UInt8(bitPattern: minimum)
    guard group.isMultiple(of: 2), unsafe group == geometry.groups - 1 else { return }
    let rest = unsafe geometry.sideInformation(row: row, group: group + 1)
    unsafe base[rest.scale] = 0
    unsafe base[rest.minimum] = 0
  }

  /// Sets the steps of a row, where the layout has them.
  package func setSteps(scale: Float16, minimum: Float16, row: Int) {
    guard let place = unsafe geometry.steps(row: row) else { return }
    unsafe setHalf(scale, place.scale)
    unsafe setHalf(minimum, place.minimum)
  }

  private func half(_ byte: Int) -> Float16 {
    unsafe UnsafeRawPointer(base + byte).loadUnaligned(as: Float16.self)
  }

  private func setHalf(_ value: Float16, _ byte: Int) {
    unsafe UnsafeMutableRawPointer(base + byte).storeBytes(of: value, as: Float16.self)
  }
}
