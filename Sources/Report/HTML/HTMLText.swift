/// Text made safe for HTML.
///
/// Templates insert it as it is. The template library escapes whole characters, and a quotation mark that carries a combining accent is
/// another character to it though a browser still ends an attribute there; so escaping is done here, scalar by scalar.
enum HTMLText {
  /// `text` with the five scalars replaced that have a meaning in HTML.
  static func escape(_ text: String) -> String {
    text.replacingScalars { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: nil
      }
    }
  }
}
