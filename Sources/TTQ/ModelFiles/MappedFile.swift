internal import Foundation

/// A regular file opened for reading; its size is known and its descriptor closes with it.
private struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: String
  let size: Int

  init(path: String) throws(ModelFileError) {
    // A pipe would block the open for ever without O_NONBLOCK; regular files ignore the flag.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw .unreadable(path: path, reason: String(errno: errno)) }
    // Not fstat: which module `stat` belongs to depends on the order in which the compiler meets its files.
    let isDirectory = read(opened, nil, 0) != 0 && errno == EISDIR
    let end = lseek(opened, 0, SEEK_END)
    guard !isDirectory, end >= 0, lseek(opened, 0, SEEK_SET) == 0 else {
      close(opened)
      throw .unreadable(path: path, reason: isDirectory ? "is a directory" : "is not a regular file")
    }
    descriptor = opened
    self.path = path
    size = Int(end)
  }

  deinit { close(descriptor) }
}

extension String {
  /// The system's words for an error number.
  init(errno number: Int32) { self = unsafe String(cString: strerror(number)) }
}

/// A whole file mapped read-only; unmapped when the last reference goes.
///
/// `@unchecked Sendable`: the pages are never written after `init`.
@safe final class MappedFile: @unchecked Sendable {
  let path: String
  /// Bytes of the file when it was opened.
  let count: Int
  /// The first byte; nil for an empty file.
  @unsafe let base: UnsafeRawPointer?

  init(path: String) throws(ModelFileError) {
    let file = try OpenFile(path: path)
    self.path = path
    count = file.size
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw .unreadable(path: path, reason: String(errno: errno))
    }
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let start = unsafe base
      let span = unsafe RawSpan(_unsafeStart: start ?? UnsafeRawPointer(bitPattern: 1)!, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension MappedFile {
  /// The little-endian integer at a byte offset, aligned or not.
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    Value(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }
}

/// All bytes of a small file (a JSON document, a list of merges).
///
/// It is read and not mapped, so that a file which shrinks meanwhile cannot fault.
func readBytes(path: String) throws(ModelFileError) -> [UInt8] {
  let file = try OpenFile(path: path)
  let limit = 1 << 30
  guard file.size <= limit else { throw .unreadable(path: path, reason: "is larger than \(limit) bytes") }
  var bytes = [UInt8](repeating: 0, count: file.size)
  var filled = 0
  while filled < bytes.count {
    let got = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe read(file.descriptor, buffer.baseAddress! + filled, buffer.count - filled)
    }
    if got < 0 && errno == EINTR { continue }
    guard got >= 0 else { throw .unreadable(path: path, reason: String(errno: errno)) }
    if got == 0 { break }
    filled += got
  }
  bytes.removeLast(bytes.count - filled)
  return bytes
}

/// Whether something exists at the path.
func fileExists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
