internal import Glibc
internal import Kernels
package import Records

/// A tensor of a model file: its bytes stay valid as long as the value lives.
///
/// `@unchecked Sendable`: the bytes are never written.
@safe package struct Tensor: @unchecked Sendable {
  package let name: String
  /// Row-major dimensions.
  package let shape: [Int]
  package let element: ElementType
  /// The file, for messages.
  package let path: String
  /// Elements.
  package let count: Int
  /// The first element, aligned to its type; valid as long as the tensor lives.
  @unsafe package let pointer: UnsafeRawPointer
  private let storage: TensorStorage

  /// Whether the bytes are a copy, as the file does not align them.
  package var isCopied: Bool { storage.isCopy }

  init(_ entry: TensorEntry, element: ElementType, in file: MappedFile) {
    name = entry.name
    shape = entry.shape
    path = file.path
    self.element = element
    count = entry.bytes.count / element.bytes
    storage = TensorStorage(entry, in: file)
    unsafe pointer = storage.base
  }

  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeStart: pointer, byteCount: count * element.bytes)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All elements in single precision (exact for every type).
  package func floats() -> [Float] { floats(0..<count) }

  /// The elements of `range` in single precision.
  func floats(_ range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let bytes = bytes
    return range.map { index in
      switch element {
      case .f32: unsafe bytes.unsafeLoad(fromByteOffset: index * 4, as: Float.self)
      case .f16: Float(unsafe bytes.unsafeLoad(fromByteOffset: index * 2, as: Float16.self))
      case .bf16:
        Float(bitPattern: UInt32(unsafe bytes.unsafeLoad(fromByteOffset: index * 2, as: UInt16.self)) << 16)
      }
    }
  }

  /// Takes the tensor's pages out of memory until they are read again.
  func release() { unsafe storage.release(pointer, byteCount: count * element.bytes) }

  /// Throws if an element is NaN or infinite, naming the tensor and the first such element.
  package func requireFinite() throws(ModelFileError) {
    guard let index = firstNonFinite() else { return }
    throw .malformed(
      path: path, item: "tensor \(name)", expected: "finite values", found: "NaN or infinity at element \(index)")
  }

  /// A value is not finite exactly when all bits of its exponent are set, so bits are compared and nothing converted.
  private func firstNonFinite() -> Int? {
    switch element {
    case .f32: bytes.firstIndex(of: 0x7F80_0000 as UInt32, count: count)
    case .f16: bytes.firstIndex(of: 0x7C00 as UInt16, count: count)
    case .bf16: bytes.firstIndex(of: 0x7F80 as UInt16, count: count)
    }
  }
}

extension RawSpan {
  /// The first of `count` words whose bits in `mask` are all set.
  fileprivate func firstIndex<Word: FixedWidthInteger & BitwiseCopyable>(of mask: Word, count: Int) -> Int? {
    let block = 4096
    var start = 0
    while start < count {
      let end = Swift.min(start + block, count)
      var found = false
      for index in start..<end {
        let word = unsafe unsafeLoad(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
        found = found || word & mask == mask
      }
      if found {
        return (start..<end).first { index in
          unsafe unsafeLoad(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self) & mask == mask
        }
      }
      start = end
    }
    return nil
  }
}

/// What keeps a tensor's bytes alive: the mapped file, or a copy where the file does not align the tensor.
///
/// `@unchecked Sendable`: the bytes are never written after `init`.
@safe private final class TensorStorage: @unchecked Sendable {
  @unsafe let base: UnsafeRawPointer
  private let file: MappedFile
  private let copy: AlignedBuffer<UInt8>?
  let isCopy: Bool

  init(_ entry: TensorEntry, in file: MappedFile) {
    self.file = file
    guard let start = unsafe file.base, !entry.bytes.isEmpty else {
      let empty = AlignedBuffer<UInt8>(repeating: 0, count: 0)
      unsafe base = UnsafeRawPointer(empty.pointer)
      copy = consume empty
      isCopy = false
      return
    }
    if entry.bytes.lowerBound % entry.element.bytes == 0 {
      unsafe base = start + entry.bytes.lowerBound
      copy = nil
      isCopy = false
    } else {
      let aligned = AlignedBuffer(copying: Span<UInt8>(_bytes: file.bytes.extracting(entry.bytes)))
      unsafe base = UnsafeRawPointer(aligned.pointer)
      copy = consume aligned
      isCopy = true
    }
  }

  /// Lets go of the whole pages of a mapped file between two addresses; the file still holds what is on them.
  func release(_ start: UnsafeRawPointer, byteCount: Int) {
    guard !isCopy, byteCount > 0 else { return }
    let page = Int(getpagesize())
    let first = (Int(bitPattern: start) + page - 1) / page * page
    let end = (Int(bitPattern: start) + byteCount) / page * page
    guard end > first, let address = unsafe UnsafeMutableRawPointer(bitPattern: first) else { return }
    unsafe madvise(address, end - first, MADV_DONTNEED)
  }
}
