extension ChatTemplate {
  /// The text of a folder's template: `chat_template.jinja`, else `chat_template` of `tokenizer_config.json`; nil without either.
  static func text(inFolder folder: String) throws(ModelFileError) -> String? {
    let path = "\(folder)/chat_template.jinja"
    if fileExists(path) {
      guard let text = String(validating: try readBytes(path: path), as: UTF8.self) else {
        throw .malformed(path: path, item: "the file", expected: "UTF-8", found: "other bytes")
      }
      return text
    }
    guard let field = try TokenizerConfiguration(folder: folder)?.root["chat_template"].ifPresent else { return nil }
    guard case .array = field.value else { return try field.string() }
    // Several, by name; `default` is the one for conversations.
    for row in try field.elements() where try row["name"].string() == "default" { return try row["template"].string() }
    return nil
  }
}
