internal import Foundation

/// Tensors in single precision, gathered and then written as one safetensors file.
package struct SafetensorsWriter: Sendable {
  private var tensors: [(name: String, shape: [Int], values: [Float])] = []

  package init() {}

  /// Adds a row-major tensor; `values.count` is the product of `shape`, and names differ.
  package mutating func add(_ name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count)
    precondition(!tensors.contains { $0.name == name })
    tensors.append((name, shape, values))
  }

  /// Writes the file under a temporary name and renames it, so that a reader never sees half of it.
  package func write(path: String) throws(ModelFileError) {
    let temporary = "\(path).\(getpid()).part"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(errno: errno)) }
    let written = writeAll(to: descriptor)
    let closed = close(descriptor) == 0
    guard written, closed, unsafe rename(temporary, path) == 0 else {
      let reason = String(errno: errno)
      unsafe unlink(temporary)
      throw .unwritable(path: path, reason: reason)
    }
  }

  private func writeAll(to descriptor: Int32) -> Bool {
    let header = header()
    var length = UInt64(header.count).littleEndian
    guard unsafe withUnsafeBytes(of: &length, { unsafe write($0, to: descriptor) }) else { return false }
    guard unsafe header.withUnsafeBytes({ unsafe write($0, to: descriptor) }) else { return false }
    return tensors.allSatisfy { unsafe $0.values.withUnsafeBytes { unsafe write($0, to: descriptor) } }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let count = unsafe Foundation.write(descriptor, piece.baseAddress, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      unsafe rest = rest.dropFirst(count)
    }
    return true
  }

  /// The JSON header, padded with spaces so that the data start on a multiple of 8.
  private func header() -> [UInt8] {
    var offset = 0
    let rows = tensors.map { tensor in
      let end = offset + tensor.values.count * 4
      defer { offset = end }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
    }
    let text = Array("{\(rows.joined(separator: ","))}".utf8)
    return text + [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
  }

  private func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ": result += "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(result)\""
  }
}
