internal import CKernels
package import Records

/// Where a packed matrix holds the code, scale and minimum of each weight: the layouts of `ttq_layout.h`, for reference code.
package struct PackedGeometry: Hashable, Sendable {
  package let k: Int
  package let format: WeightFormat
  package let layout: PackedLayout

  /// Rows that stand side by side.
  package static let panel = Int(TTQ_PANEL)
  private static let chunk = Int(TTQ_CHUNK)

  package init(k: Int, format: WeightFormat, layout: PackedLayout) {
    self.k = k
    self.format = format
    self.layout = layout
  }

  /// K padded to a multiple of 32.
  package var paddedK: Int { ttq_padded_k(k) }
  package var groups: Int { format.groups(k) }
  /// Bytes of one row; a panel of 16 rows takes 16 times as many.
  package var rowBytes: Int {
    layout == .compact16
      ? ttq_compact_row_bytes(k, format.bits, format.group) : ttq_row_bytes(k, format.bits, format.group)
  }

  /// Rows that are stored for `n` output channels.
  package func paddedRows(_ n: Int) -> Int { layout == .rows ? n : ttq_padded_n(n) }

  /// Bytes of `n` rows.
  package func bytes(n: Int) -> Int { paddedRows(n) * rowBytes }

  /// One field of a code: its byte, its place in the byte, and its place in the code.
  package struct Field {
    package var byte: Int
    package var shift: Int
    package var width: Int
    package var codeShift: Int
  }

  /// How many fields make up a code.
  package var fieldCount: Int {
    switch layout {
    case .rows: 2
    case .panel16, .compact16: format.bits.isMultiple(of: 2) ? 1 : 2
    case .planes16: format.bits
    }
  }

  /// Field `index` of the code of (`row`, `channel`), channel below `paddedK`.
  package func field(_ index: Int, row: Int, channel: Int) -> Field {
    let group = channel / format.group
    let within = channel % format.group
    switch layout {
    case .rows:
      let start = row * rowBytes + group * (4 + format.group / 8 * format.bits) + 4
      let bit = within * format.bits
      let low = min(format.bits, 8 - bit % 8)
      // The second field is what the first byte has no room for, often nothing.
      if index == 0 || low == format.bits {
        return Field(byte: start + bit / 8, shift: bit % 8, width: index == 0 ? low : 0, codeShift: 0)
      }
      return Field(byte: start + bit / 8 + 1, shift: 0, width: format.bits - low, codeShift: low)
    case .panel16, .compact16:
      let (quad, lane) = (within % Self.chunk / 4, within % 4)
      // 5 and 3 bits are a plane of the high bits and one of the low bit.
      let high = fieldCount == 1 ? format.bits : format.bits - 1
      let plane = chunkStart(row: row, channel: channel) + (index == 0 ? 0 : 64 * high)
      let width = index == 0 ? high : 1
      let perVector = 8 / width
      return Field(
        byte: plane + 64 * (quad / perVector) + 4 * (row % Self.panel) + lane, shift: width * (quad % perVector),
        width: width, codeShift: index == 0 ? format.bits - high : 0)
    case .planes16:
      let (half, bit) = (within % Self.chunk / 16, within % 16)
      let alone = index == format.bits - 1 && !format.bits.isMultiple(of: 2)
      let vector = alone ? index : index / 2 * 2 + half
      let word = 2 * (row % Self.panel) + (alone ? half : index % 2)
      return Field(
        byte: chunkStart(row: row, channel: channel) + 64 * vector + 2 * word + bit / 8, shift: bit % 8, width: 1,
        codeShift: index)
    }
  }

  /// The bytes at which the scale and the minimum of (`row`, `group`) start: of two bytes each, of one in compact16.
  package func sideInformation(row: Int, group: Int) -> (scale: Int, minimum: Int) {
    switch layout {
    case .rows:
      let start = row * rowBytes + group * (4 + format.group / 8 * format.bits)
      return (start, start + 2)
    case .panel16, .planes16:
      let channels = min(format.group, paddedK - group * format.group)
      let codes = panelGroupStart(row: row, group: group) + channels / 8 * format.bits * Self.panel
      return (codes + 2 * (row % Self.panel), codes + 2 * Self.panel + 2 * (row % Self.panel))
    case .compact16:
      let pair = panelGroupStart(row: row, group: group / 2 * 2) - 64
      let scale = pair + group % 2 * 2 * Self.panel + row % Self.panel
      return (scale, scale + Self.panel)
    }
  }

  /// The bytes at which the f16 steps of a row start, where the layout has them: of its scales and of its minima.
  package func steps(row: Int) -> (scale: Int, minimum: Int)? {
    guard layout == .compact16 else { return nil }
    let head = row / Self.panel * Self.panel * rowBytes
    return (head + 2 * (row % Self.panel), head + 2 * Self.panel + 2 * (row % Self.panel))
  }

  private func chunkStart(row: Int, channel: Int) -> Int {
    panelGroupStart(row: row, group: channel / format.group)
      + channel % format.group / Self.chunk * 64 * format.bits
  }

  /// Where the codes of a group start.
  private func panelGroupStart(row: Int, group: Int) -> Int {
    let panel = row / Self.panel * Self.panel * rowBytes
    let codes = group * Self.panel * (format.group / 8 * format.bits)
    // In compact16, steps and a line for each two groups stand before.
    return panel + codes + (layout == .compact16 ? 64 * (2 + group / 2) : 64 * group)
  }
}

extension PackedLayout {
  /// What the scalar references of this layout are called.
  var scalarName: String {
    switch self {
    case .rows: "scalar"
    case .panel16: "scalar_r16"
    case .planes16: "scalar_planes16"
    case .compact16: "scalar_c16"
    }
  }
}
