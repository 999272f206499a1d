internal import Foundation

/// Cores and caches as sysfs lists them.
struct Topology {
  var physicalCores: Int
  var logicalCores: Int
  /// Bytes of L1 data, L2 and L3 as one core sees them; 0 where not told.
  var cacheBytes: [Int]

  /// Reads the topology of the CPUs in `allowed`; what sysfs does not tell counts as one core for each CPU.
  static func read(allowed: [Int]) -> Topology {
    let logical = max(1, ProcessInfo.processInfo.processorCount)
    let cores = Set(allowed.map { core(of: $0) })
    return Topology(
      physicalCores: max(1, cores.count), logicalCores: logical, cacheBytes: caches(of: allowed.first ?? 0))
  }

  /// A name that the logical CPUs of one physical core share.
  private static func core(of cpu: Int) -> String {
    line("/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list") ?? "cpu\(cpu)"
  }

  private static func caches(of cpu: Int) -> [Int] {
    var bytes = [0, 0, 0]
    for index in 0..<8 {
      let folder = "/sys/devices/system/cpu/cpu\(cpu)/cache/index\(index)"
      guard let level = line("\(folder)/level").flatMap({ Int($0) }), (1...3).contains(level),
        line("\(folder)/type") != "Instruction", let size = line("\(folder)/size").flatMap(parse)
      else { continue }
      bytes[level - 1] = size
    }
    return bytes
  }

  /// "48K", "2048K" or "32M" in bytes.
  static func parse(_ size: String) -> Int? {
    guard let unit = size.last, let number = Int(unit.isNumber ? Substring(size) : size.dropLast()) else { return nil }
    return switch unit {
    case "K": number << 10
    case "M": number << 20
    case "G": number << 30
    default: number
    }
  }

  private static func line(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// The control group's limit on CPU time.
package enum ControlGroup {
  /// CPUs' worth of time in the tightest group above this process (version 2, then version 1), or nil for no limit.
  package static func cpuQuota(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") -> Double? {
    let groups = (try? String(contentsOfFile: membership, encoding: .utf8)) ?? ""
    var limits: [Double] = []
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      let base = fields[1].isEmpty ? root : controllers.contains("cpu") ? "\(root)/\(fields[1])" : nil
      guard let base else { continue }
      var path = String(fields[2])
      while true {
        if let limit = limit(in: base + path) { limits.append(limit) }
        guard path.count > 1 else { break }
        path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      }
    }
    // Inside a container the membership path may name a folder that is mounted as the root.
    if let limit = limit(in: root) { limits.append(limit) }
    return limits.min()
  }

  private static func limit(in folder: String) -> Double? {
    if let text = try? String(contentsOfFile: "\(folder)/cpu.max", encoding: .utf8) {
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]), period > 0 else {
        return nil
      }
      return quota / period
    }
    guard let quota = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us"),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func number(_ path: String) -> Double? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
      Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
