internal import Foundation
internal import Records

/// Other programs that a report can do without.
enum ExternalProgram {
  /// Where `name` lies in `PATH`, or nil.
  static func path(of name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// What `name` prints when it is run, or nil where it is missing or fails.
  static func run(_ name: String, _ arguments: [String], input: Data? = nil) -> Data? {
    guard let path = path(of: name) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    var scratch: URL?
    defer { if let scratch { try? FileManager.default.removeItem(at: scratch) } }
    do {
      if let input {
        // Through a file: a pipe would have to be fed while the other one is emptied.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-\(UUID().uuidString)")
        scratch = file
        try input.write(to: file)
        process.standardInput = try FileHandle(forReadingFrom: file)
      } else {
        process.standardInput = FileHandle.nullDevice
      }
      try process.run()
    } catch {
      return nil
    }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? bytes : nil
  }

  /// The bytes of the file at `path`, through gzip where it ends in `.gz`.
  static func read(_ path: String) throws -> Data {
    guard path.hasSuffix(".gz") else { return try RecordFile.read(path) }
    guard let bytes = run("gzip", ["-dc", "--", path]) else {
      throw CLIError.failed("\(path): expected a file that gzip can read, found none or no gzip")
    }
    return bytes
  }
}
