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

  package func scale(row: Int, group: Int) -> Float16 {
    unsafe load(geometry.sideInformation(row: row, group: group).scale)
  }

  package func minimum(row: Int, group: Int) -> Float16 {
    unsafe load(geometry.sideInformation(row: row, group: group).minimum)
  }

  package func setSideInformation(scale: Float16, minimum: Float16, row: Int, group: Int) {
    let place = unsafe geometry.sideInformation(row: row, group: group)
    unsafe UnsafeMutableRawPointer(base + place.scale).storeBytes(of: scale, as: Float16.self)
    unsafe UnsafeMutableRawPointer(base + place.minimum).storeBytes(of: minimum, as: Float16.self)
  }

  private func load(_ byte: Int) -> Float16 {
    unsafe UnsafeRawPointer(base + byte).loadUnaligned(as: Float16.self)
  }
}
