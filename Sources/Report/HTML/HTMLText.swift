/// Text made safe for HTML.
///
/// Templates insert it as it is. The template library escapes whole characters, and a quotation mark that carries a combining accent is
/// another character to it though a browser still ends an attribute there; so escaping is done here, scalar by scalar.
enum HTMLText {
  /// `text` with the five scalars replaced that have a meaning in HTML.
  static func escape(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
