internal import CKernels
package import Records

/// Where a packed matrix holds the code, scale and minimum of each weight: the layouts of `ttq_layout.h`, for reference code.
package struct PackedGeometry: Hashable, Sendable {
  package let k: Int
  package let format: WeightFormat
  package let layout: PackedLayout

  /// Rows that stand side by side.
  package static let panel = Int(TTQ_PANEL)

  package init(k: Int, format: WeightFormat, layout: PackedLayout) {
    self.k = k
    self.format = format
    self.layout = layout
  }

  /// K padded to a multiple of 32.
  package var paddedK: Int { ttq_padded_k(k) }
  package var groups: Int { format.groups(k) }
  /// Bytes of one row; a panel of 16 rows takes 16 times as many.
  package var rowBytes: Int { ttq_row_bytes(k, format.bits, format.group) }

  /// Rows that are stored for `n` output channels.
  package func paddedRows(_ n: Int) -> Int { layout == .panel16 ? ttq_padded_n(n) : n }

  /// Bytes of `n` rows.
  package func bytes(n: Int) -> Int { paddedRows(n) * rowBytes }

  /// One field of a code: its byte, its place in the byte, and its place in the code.
  package struct Field {
    package var byte: Int
    package var shift: Int
    package var width: Int
    package var codeShift: Int
  }

  /// The one or two fields that make up the code of (`row`, `channel`), channel below `paddedK`.
  package func fields(row: Int, channel: Int) -> (Field, Field?) {
    let group = channel / format.group
    let within = channel % format.group
    switch layout {
    case .rows:
      let start = row * rowBytes + group * (4 + format.group / 8 * format.bits) + 4
      let bit = within * format.bits
      let low = min(format.bits, 8 - bit % 8)
      let first = Field(byte: start + bit / 8, shift: bit % 8, width: low, codeShift: 0)
      if low == format.bits { return (first, nil) }
      return (first, Field(byte: first.byte + 1, shift: 0, width: format.bits - low, codeShift: low))
    case .panel16:
      let chunk = Int(TTQ_CHUNK)
      let start = panelGroupStart(row: row, group: group) + within / chunk * 64 * format.bits
      let (quad, lane) = (within % chunk / 4, within % 4)
      func field(_ plane: Int, width: Int, codeShift: Int) -> Field {
        let perVector = 8 / width
        return Field(
          byte: plane + 64 * (quad / perVector) + 4 * (row % Self.panel) + lane, shift: width * (quad % perVector),
          width: width, codeShift: codeShift)
      }
      // 5 and 3 bits are a plane of the high bits and one of the low bit.
      if format.bits.isMultiple(of: 2) { return (field(start, width: format.bits, codeShift: 0), nil) }
      let high = format.bits - 1
      return (field(start, width: high, codeShift: 1), field(start + 64 * high, width: 1, codeShift: 0))
    }
  }

  /// The byte at which the f16 scale of (`row`, `group`) starts, and the one of its minimum.
  package func sideInformation(row: Int, group: Int) -> (scale: Int, minimum: Int) {
    switch layout {
    case .rows:
      let start = row * rowBytes + group * (4 + format.group / 8 * format.bits)
      return (start, start + 2)
    case .panel16:
      let channels = min(format.group, paddedK - group * format.group)
      let codes = panelGroupStart(row: row, group: group) + channels / 8 * format.bits * Self.panel
      return (codes + 2 * (row % Self.panel), codes + 2 * Self.panel + 2 * (row % Self.panel))
    }
  }

  private func panelGroupStart(row: Int, group: Int) -> Int {
    row / Self.panel * Self.panel * rowBytes + group * Self.panel * (4 + format.group / 8 * format.bits)
  }
}
