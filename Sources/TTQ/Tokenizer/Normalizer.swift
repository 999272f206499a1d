internal import Foundation

/// One step that changes a text before it is split into words; steps work on UTF-8.
enum Normalizer: Sendable, Hashable {
  /// Canonical composition.
  case nfc
  /// Puts the bytes before a text that is not empty.
  case prepend([UInt8])
  /// Puts the bytes before a text that does not begin with them, where `firstOnly` only at the very beginning.
  case begin([UInt8], firstOnly: Bool)
  /// Puts `with` for each occurrence of `find`, which is not empty.
  case replace(find: [UInt8], with: [UInt8])

  /// - Parameter isFirst: nothing comes before the text, no added token either.
  func apply(_ text: [UInt8], isFirst: Bool) -> [UInt8] {
    switch self {
    case .nfc: Self.composed(text)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .begin(let prefix, let firstOnly):
      text.isEmpty || text.starts(with: prefix) || firstOnly && !isFirst ? text : prefix + text
    case .replace(let find, let with): Self.replaced(text[...], find: find, with: with)
    }
  }

  /// Scalars below U+0300 are composed already and join nothing before them, so only runs of higher scalars, each with
  /// the scalar before it, go through Foundation. It errs on some archaic Hangul; such a run stays as it is.
  private static func composed(_ text: [UInt8]) -> [UInt8] {
    let firstLead: UInt8 = 0xCC
    guard var high = text.firstIndex(where: { $0 >= firstLead }) else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var done = 0
    while high < text.count {
      var start = high
      if start > done {
        start -= 1
        while start > done, text[start] & 0xC0 == 0x80 { start -= 1 }
      }
      let end = text[high...].firstIndex { $0 < 0x80 || (0xC0..<firstLead).contains($0) } ?? text.count
      result += text[done..<start]
      let run = String(decoding: text[start..<end], as: UTF8.self)
      let composed = run.precomposedStringWithCanonicalMapping
      result += (composed == run ? composed : run).utf8
      done = end
      high = text[end...].firstIndex { $0 >= firstLead } ?? text.count
    }
    return result + text[done...]
  }

  static func replaced(_ text: ArraySlice<UInt8>, find: [UInt8], with: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == find[0], text[at...].starts(with: find) {
        result += with
        at += find.count
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }
}
