import Foundation
import Testing

/// A real control group with a quota of one CPU.
@Suite(.enabled(if: OneCPUGroup.canBeMade, "needs a control group hierarchy that can be written to"))
struct QuotaTests {
  @Test func aQuotaOfOneCPUIsWorthOneThread() throws {
    let group = try OneCPUGroup()
    let shell = CommandLineTool(binary: URL(fileURLWithPath: "/bin/sh"))
    let script = "echo $$ > '\(group.path)/cgroup.procs' && exec '\(CommandLineTool.binary.path)' doctor --seconds 0"
    let doctor = try shell.run("-c", script)
    #expect(doctor.status == 0, "\(doctor.errors)")
    #expect(doctor.output.contains("cgroup quota   1.0 CPUs") && doctor.output.contains("threads        1 by default"))
  }
}

/// A new group that may use one CPU's worth of time, gone with its owner.
private final class OneCPUGroup {
  let path: String

  static let canBeMade = (try? OneCPUGroup()) != nil

  /// Version 1 has a hierarchy for the CPU controller, version 2 a single one.
  init() throws {
    let files = FileManager.default
    let first = "/sys/fs/cgroup/cpu"
    let hierarchy = files.fileExists(atPath: "\(first)/cpu.cfs_quota_us") ? first : "/sys/fs/cgroup"
    path = "\(hierarchy)/ttq-test-\(UUID().uuidString)"
    try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    if files.fileExists(atPath: "\(path)/cpu.max") {
      try write("100000 100000", to: "cpu.max")
    } else {
      try write("100000", to: "cpu.cfs_period_us")
      try write("100000", to: "cpu.cfs_quota_us")
    }
  }

  deinit { _ = unsafe rmdir(path) }

  private func write(_ text: String, to name: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(name)"))
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
