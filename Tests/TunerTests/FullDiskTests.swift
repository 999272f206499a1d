import FaultyWorker
import Foundation
import Records
import Testing
import Tuner

/// Places that cannot be written to: one line that names the file, and the old plan as it was.
@Suite(.enabled(if: SmallDisk.canMount, "needs to mount a tmpfs, which takes root"), .serialized)
struct FullDiskTests {
  private let old = try? PlanFileTests.plan(PlanFileTests.problem(1))

  /// The line that a tuning ends with.
  private func failure(journal: String, plan: String) throws -> String {
    let folder = try ScratchFolder()
    do {
      _ = try smallTuning(
        folder.path,
        edit: {
          $0.journalPath = journal.isEmpty ? folder.path + "/journal.jsonl" : journal
          $0.planPath = plan
        })
      Issue.record("the tuning wrote where nothing can be written")
      return ""
    } catch let error as TuningError {
      return error.description
    }
  }

  @Test func aFullDiskLeavesTheOldPlan() throws {
    let disk = try SmallDisk()
    let plan = disk.path + "/plan.json"
    try #require(old).write(to: plan)
    let before = try Data(contentsOf: URL(fileURLWithPath: plan))
    try disk.fill()
    for journal in ["", disk.path + "/journal.jsonl"] {
      let line = try failure(journal: journal, plan: plan)
      #expect(line.hasPrefix(journal.isEmpty ? plan : journal), "\(line)")
      #expect(line.contains("No space left on device") && !line.contains("\n"), "\(line)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: plan)) == before)
    }
    #expect(try !FileManager.default.contentsOfDirectory(atPath: disk.path).contains { $0.hasSuffix(".tmp") })

    // With room again the same command goes on.
    try disk.empty()
    let outcome = try smallTuning(disk.path)
    #expect(outcome.unreached == 0 && outcome.plan?.rows.isEmpty == false)
  }

  @Test func aReadOnlyFolderLeavesTheOldPlan() throws {
    let disk = try SmallDisk()
    let plan = disk.path + "/plan.json"
    try #require(old).write(to: plan)
    let before = try Data(contentsOf: URL(fileURLWithPath: plan))
    try disk.forbidWriting()
    for journal in ["", disk.path + "/journal.jsonl"] {
      let line = try failure(journal: journal, plan: plan)
      #expect(line.hasPrefix(disk.path) && line.contains("Read-only file system") && !line.contains("\n"), "\(line)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: plan)) == before)
    }
  }
}

/// A file system in memory of a few hundred kilobytes, gone with its owner.
private struct SmallDisk: ~Copyable {
  let path: String

  /// Whether this process may mount.
  static let canMount: Bool = (try? SmallDisk()) != nil

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-disk-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try Self.run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", path)
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  deinit {
    try? Self.run("umount", "-l", path)
    try? FileManager.default.removeItem(atPath: path)
  }

  private var filler: String { path + "/filler" }

  /// Takes all the room that is left.
  func fill() throws {
    try Data().write(to: URL(fileURLWithPath: filler))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: filler))
    defer { try? file.close() }
    let page = Data(repeating: 1, count: 4096)
    while (try? file.write(contentsOf: page)) != nil {}
  }

  func empty() throws { try FileManager.default.removeItem(atPath: filler) }

  func forbidWriting() throws { try Self.run("mount", "-o", "remount,ro", path) }

  private static func run(_ command: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw POSIXError(.EPERM) }
  }
}
