/// Why a record file could not be read or written: one line that names the file.
package enum RecordError: Error, Hashable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case malformed(path: String, expected: String, found: String)
  case unwritable(path: String, reason: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
