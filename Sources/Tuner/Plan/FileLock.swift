internal import Foundation
internal import Records

/// Exclusion between processes through `flock`, which the system ends when a process dies.
enum FileLock {
  /// Runs `body` while holding the lock on the file at `path`, which is made. Returns nil, and runs nothing, where `waiting`,
  /// asked every fifth of a second while another holds it, says to give up.
  static func holding<Value>(
    _ path: String, waiting: () -> Bool = { true }, _ body: () throws(RecordError) -> Value
  ) throws(RecordError) -> Value? {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw failure(path) }
      guard waiting() else { return nil }
      usleep(200_000)
    }
    return try body()
  }

  private static func failure(_ path: String) -> RecordError {
    .unwritable(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}
