/// A file that holds tensors by name.
package protocol TensorFile: Sendable {
  var path: String { get }
  /// The names of all tensors, sorted.
  var names: [String] { get }
  func contains(_ name: String) -> Bool
  /// The tensor `name` of type f32, f16 or bf16; nothing is copied unless the file does not align it.
  func tensor(_ name: String) throws(ModelFileError) -> Tensor
}

extension TensorEntry {
  /// No two of `entries` share a byte.
  static func checkOverlap(_ entries: [TensorEntry], path: String) throws(ModelFileError) {
    let sorted = entries.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
    for (entry, next) in zip(sorted, sorted.dropFirst()) where entry.bytes.upperBound > next.bytes.lowerBound {
      throw .malformed(
        path: path, item: "tensor \(next.name)", expected: "bytes of its own", found: "an overlap with \(entry.name)")
    }
  }
}

extension Tensor {
  /// The tensor that `entry` describes; throws unless kernels read its type.
  init(_ entry: TensorEntry, in file: MappedFile) throws(ModelFileError) {
    guard let element = entry.element.kernelElement else {
      throw .unsupported(
        path: file.path, item: "tensor \(entry.name)", found: "type \(entry.element.rawValue)",
        supported: TensorElement.kernelNames)
    }
    self.init(entry, element: element, in: file)
  }
}
