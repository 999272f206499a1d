/// Why a file of a model folder could not be used: one line that names the file, the item and what was expected.
public enum ModelFileError: Error, Hashable, CustomStringConvertible {
  /// The file or folder is absent, of the wrong kind, or the system refused it.
  case unreadable(path: String, reason: String)
  /// `item` (a tensor, a key, a line) is not what the format asks for.
  case malformed(path: String, item: String, expected: String, found: String)
  /// The file is well formed and asks for something that this package does not do.
  case unsupported(path: String, item: String, found: String, supported: String)
  case missingTensor(name: String, folder: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    let line =
      switch self {
      case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
      case .malformed(let path, let item, let expected, let found):
        "\(path): \(item): expected \(expected), found \(found)"
      case .unsupported(let path, let item, let found, let supported):
        "\(path): \(item): \(found) is not supported; supported: \(supported)"
      case .missingTensor(let name, let folder): "\(folder): missing tensor \(name)"
      case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
      }
    return String(oneLine: line)
  }
}

extension String {
  /// The text with control characters as escapes and at most 400 characters, so that hostile names cannot break a line.
  init(oneLine text: String) {
    var line = ""
    for scalar in text.unicodeScalars.prefix(400) {
      line += scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
    }
    self = line
  }
}
