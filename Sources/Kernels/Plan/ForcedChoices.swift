package import Records

/// Variants that the user demands, whatever was tuned: at most one for each family.
///
/// Written `qmatmul=a8/avx512vnni_r16x1,quantize=bf16/avx512_r16` in `TTQ_FORCE`, which commands read once.
package struct ForcedChoices: Hashable, Sendable {
  private var variants: [FamilyName: String] = [:]

  /// Nothing is demanded.
  package static let none = ForcedChoices()

  private init() {}

  /// Parses `text`; every name must stand in `catalogue`, and a quantizer must write what a product reads.
  package init(_ text: String, catalogue: Catalogue = .standard) throws(ForceError) {
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map { String($0.filter { !$0.isWhitespace }) }
      guard sides.count == 2 else { throw .malformed(String(part)) }
      guard let name = FamilyName(rawValue: sides[0]), let family = catalogue[name] else {
        throw .unknownFamily(sides[0], known: catalogue.families.map(\.name.rawValue))
      }
      guard family.rows.contains(where: { $0.name == sides[1] }) else {
        var seen: Set<String> = []
        throw .unknownVariant(sides[1], name, known: family.rows.map(\.name).filter { seen.insert($0).inserted })
      }
      variants[name] = sides[1]
    }
    let written = layouts(.quantize, catalogue)
    let read = layouts(.qmatmul, catalogue)
    if let written, let read, written.isDisjoint(with: read) { throw .layoutsDiffer }
  }

  /// The variant that is demanded of `family`, or nil.
  package subscript(_ family: FamilyName) -> String? { variants[family] }

  /// Each family with its variant, in the order of names.
  package var all: [(family: FamilyName, variant: String)] {
    variants.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }

  private func layouts(_ family: FamilyName, _ catalogue: Catalogue) -> Set<PackedLayout>? {
    guard let name = variants[family] else { return nil }
    return Set(catalogue[family]?.rows.filter { $0.name == name }.compactMap(\.layout) ?? [])
  }
}

/// Why `TTQ_FORCE` is not understood: one line that lists what is.
package enum ForceError: Error, Hashable, CustomStringConvertible {
  case malformed(String)
  case unknownFamily(String, known: [String])
  case unknownVariant(String, FamilyName, known: [String])
  case layoutsDiffer

  package var description: String {
    switch self {
    case .malformed(let part): "TTQ_FORCE: expected family=variant, found `\(part)`"
    case .unknownFamily(let name, let known):
      "TTQ_FORCE: no family `\(name)`; expected one of \(known.joined(separator: ", "))"
    case .unknownVariant(let name, let family, let known):
      "TTQ_FORCE: \(family.rawValue) has no variant `\(name)`; expected one of \(known.joined(separator: ", "))"
    case .layoutsDiffer: "TTQ_FORCE: the demanded quantize and qmatmul share no packed layout"
    }
  }
}
