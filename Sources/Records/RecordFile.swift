package import Foundation

/// Reads and writes whole record files: a file is replaced in one step or not at all.
package enum RecordFile {
  /// The bytes of the file at `path`.
  package static func read(_ path: String) throws(RecordError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: reason(error))
    }
  }

  /// Replaces the file at `path` with `bytes` through a temporary file beside it; makes missing folders.
  package static func write(_ bytes: Data, to path: String) throws(RecordError) {
    let target = URL(fileURLWithPath: path)
    let folder = target.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent(".\(target.lastPathComponent).\(getpid()).tmp")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try bytes.write(to: temporary)
      let file = try FileHandle(forUpdating: temporary)
      try file.synchronize()
      try file.close()
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw .unwritable(path: path, reason: reason(error))
    }
    sweep(folder, target.lastPathComponent)
    guard unsafe rename(temporary.path, target.path) == 0 else {
      let cause = unsafe String(cString: strerror(errno))
      try? FileManager.default.removeItem(at: temporary)
      throw .unwritable(path: path, reason: cause)
    }
  }

  /// Removes the temporary files of `name` that killed writers left.
  private static func sweep(_ folder: URL, _ name: String) {
    let strays = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for stray in strays where stray.hasPrefix(".\(name).") && stray.hasSuffix(".tmp") {
      guard let writer = Int32(stray.dropFirst(name.count + 2).dropLast(4)), writer > 0 else { continue }
      if kill(writer, 0) != 0, errno == ESRCH {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(stray))
      }
    }
  }

  /// Appends one line, which ends in a newline, and waits until it is on disk; makes missing folders. After a cut line it starts a new
  /// one.
  ///
  /// The file is opened for appending and the line is one write, so that two writers at once interleave whole lines.
  package static func append(_ bytes: Data, to path: String) throws(RecordError) {
    var line = bytes
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      defer { try? file.close() }
      let end = try file.seekToEnd()
      if end > 0 {
        try file.seek(toOffset: end - 1)
        if try file.read(upToCount: 1) != Data([UInt8(ascii: "\n")]) { line.insert(UInt8(ascii: "\n"), at: 0) }
      }
      try file.write(contentsOf: line)
      try file.synchronize()
    } catch {
      throw .unwritable(path: path, reason: reason(error))
    }
  }

  /// The readable lines of the file at `path`, none where there is no file, and how many lines were not readable (a line cut by a kill
  /// is one).
  package static func lines<Line: Decodable>(
    _ type: Line.Type, of path: String
  ) throws(RecordError) -> (entries: [Line], unreadable: Int) {
    guard FileManager.default.fileExists(atPath: path) else { return ([], 0) }
    return lines(type, in: try read(path))
  }

  /// The readable lines among `bytes`, and how many were not readable.
  package static func lines<Line: Decodable>(_ type: Line.Type, in bytes: Data) -> (entries: [Line], unreadable: Int) {
    let decoder = JSONDecoder()
    var entries: [Line] = []
    var unreadable = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if let entry = try? decoder.decode(type, from: Data(line)) {
        entries.append(entry)
      } else {
        unreadable += 1
      }
    }
    return (entries, unreadable)
  }

  /// Decodes the JSON file at `path`; `expected` says in words what it should hold.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from path: String, expected: String
  ) throws(RecordError) -> Value {
    try decode(type, read(path), from: path, expected: expected)
  }

  /// Decodes the JSON `bytes` of the file at `path`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: Data, from path: String, expected: String
  ) throws(RecordError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: bytes)
    } catch {
      throw .malformed(path: path, expected: expected, found: found(error, in: bytes))
    }
  }

  /// Encodes `value` as readable JSON with sorted keys, ending in a newline.
  package static func encode(_ value: some Encodable, compact: Bool = false) throws(RecordError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      compact ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value) + Data([UInt8(ascii: "\n")])
    } catch {
      throw .malformed(path: "record", expected: "finite numbers", found: "one that is not")
    }
  }

  /// What a decoding error saw, in a few words with the place it stands at; on one line, whatever the file quotes.
  package static func found(_ error: any Error, in bytes: Data) -> String {
    words(error, in: bytes).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static func words(_ error: any Error, in bytes: Data) -> String {
    if bytes.isEmpty { return "an empty file" }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "no `\(key.stringValue)`\(place(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "another type\(place(context))"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty ? "no JSON" : "\(context.debugDescription)\(place(context))"
    default: return "no JSON"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return path.isEmpty ? "" : " at \(path.joined(separator: "."))"
  }

  /// The system's own words for why a file operation failed.
  static func reason(_ error: any Error) -> String {
    if (error as? CocoaError)?.code == .fileWriteOutOfSpace { return unsafe String(cString: strerror(ENOSPC)) }
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return unsafe String(cString: strerror(Int32(underlying.code)))
  }
}
