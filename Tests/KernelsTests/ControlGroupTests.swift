import Foundation
import Kernels
import Testing

/// The quota of a control group, and the threads that it is worth.
@Suite struct ControlGroupTests {
  /// A folder laid out like `/sys/fs/cgroup`.
  private struct Hierarchy: ~Copyable {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-groups-\(UUID().uuidString)")

    init(_ files: [String: String]) throws {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      for (name, text) in files {
        let file = root.appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    var quota: Double? { ControlGroup.cpuQuota(root: root.path, membership: root.path + "/membership") }
  }

  @Test(arguments: [
    ("100000 100000\n", 1.0), ("150000 100000", 1.5), ("max 100000", nil), ("", nil), ("100000", nil),
    ("100000 0", nil), ("-1 x", nil),
  ])
  func versionTwoIsReadAtTheGroupItself(text: String, quota: Double?) throws {
    let groups = try Hierarchy(["membership": "0::/job\n", "job/cpu.max": text])
    #expect(groups.quota == quota)
  }

  @Test func theTightestGroupAboveCounts() throws {
    let groups = try Hierarchy([
      "membership": "0::/a/b/c\n", "a/cpu.max": "300000 100000", "a/b/cpu.max": "50000 100000",
      "a/b/c/cpu.max": "max 100000",
    ])
    #expect(groups.quota == 0.5)
  }

  @Test func insideAContainerTheRootIsTheGroup() throws {
    let groups = try Hierarchy(["membership": "0::/../outside\n", "cpu.max": "200000 100000"])
    #expect(groups.quota == 2)
  }

  @Test(arguments: [("100000", "100000", 1.0), ("-1", "100000", nil), ("50000", "0", nil), ("x", "100000", nil)])
  func versionOneIsReadInItsOwnHierarchy(quota: String, period: String, expected: Double?) throws {
    let groups = try Hierarchy([
      "membership": "4:memory:/job\n2:cpu,cpuacct:/job\n", "cpu,cpuacct/job/cpu.cfs_quota_us": quota + "\n",
      "cpu,cpuacct/job/cpu.cfs_period_us": period + "\n", "memory/job/cpu.cfs_quota_us": "1",
      "memory/job/cpu.cfs_period_us": "1000",
    ])
    #expect(groups.quota == expected)
  }

  @Test func noGroupsAreNoLimit() throws {
    #expect(try Hierarchy([:]).quota == nil)
    #expect(try Hierarchy(["membership": "nonsense\n::\n0:"]).quota == nil)
  }

  @Test(arguments: [
    (cores: 8, cpus: 16, quota: 1.0, threads: 1), (cores: 8, cpus: 16, quota: 2.9, threads: 2),
    (cores: 8, cpus: 16, quota: 0.2, threads: 1), (cores: 8, cpus: 3, quota: nil, threads: 3),
    (cores: 2, cpus: 4, quota: nil, threads: 2), (cores: 0, cpus: 0, quota: nil, threads: 1),
    (cores: 4, cpus: 4, quota: .infinity, threads: 4), (cores: 4, cpus: 4, quota: 1e300, threads: 4),
  ])
  func threadsAreBoundedByCoresCPUsAndQuota(cores: Int, cpus: Int, quota: Double?, threads: Int) {
    #expect(Machine.threads(cores: cores, cpus: cpus, quota: quota) == threads)
  }
}
