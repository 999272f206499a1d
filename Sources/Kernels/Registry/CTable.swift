internal import CKernels
internal import Records

/// Reads the variant tables of the C kernels.
enum CTable {
  /// The rows of the table that `accessor` returns.
  static func read<Row>(_ accessor: (UnsafeMutablePointer<Int>) -> UnsafePointer<Row>) -> [Row] {
    var count = 0
    let rows = unsafe accessor(&count)
    return unsafe Array(UnsafeBufferPointer(start: rows, count: count))
  }
}

extension VariantRow {
  /// The part of a row that every C table has.
  init(
    _ name: UnsafePointer<CChar>, _ revision: UInt32, _ isa: UInt32, _ file: UnsafePointer<CChar>,
    _ summary: UnsafePointer<CChar>
  ) {
    unsafe self.init(
      name: String(cString: name), revision: Int(revision), isa: ISA(rawValue: isa), summary: String(cString: summary),
      file: String(cString: file))
  }
}

extension ElementType {
  /// The element type that a C table names by number.
  init(table: UInt32) {
    self = table == UInt32(TTQ_BF16) ? .bf16 : table == UInt32(TTQ_F16) ? .f16 : .f32
  }
}

extension CacheType {
  init(table: UInt32) {
    self = table == UInt32(TTQ_INT8) ? .int8 : table == UInt32(TTQ_F16) ? .f16 : .f32
  }
}

extension PackedLayout {
  init(table: UInt32) {
    self =
      switch table {
      case UInt32(TTQ_LAYOUT_PANEL16): .panel16
      case UInt32(TTQ_LAYOUT_PLANES16): .planes16
      case UInt32(TTQ_LAYOUT_COMPACT16): .compact16
      default: .rows
      }
  }
}

extension ActivationFormat {
  init(table: UInt32) {
    self = table == UInt32(TTQ_ACTIVATION_A8) ? .a8 : table == UInt32(TTQ_ACTIVATION_BF16) ? .bf16 : .f32
  }
}
