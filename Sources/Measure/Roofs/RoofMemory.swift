internal import Foundation
internal import Glibc

/// Memory of whole pages for the bandwidth loops, in large pages where the system has them.
@safe package final class RoofMemory: @unchecked Sendable {
  /// A run of memory: aligned to 64 bytes, a multiple of 4096 bytes long.
  @unsafe struct Extent {
    let base: UnsafeMutablePointer<UInt64>
    let bytes: Int
  }

  static let page = 4096

  private let base: UnsafeMutableRawPointer
  let bytes: Int

  /// Maps `bytes`, rounded down to 4096; nil where the system refuses or nothing is left.
  init?(bytes: Int) {
    let whole = bytes / Self.page * Self.page
    guard whole > 0 else { return nil }
    let mapped = unsafe mmap(nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    // Only a wish: without large pages the figures hold for small ones, as they do for a model's weights.
    unsafe madvise(mapped, whole, MADV_HUGEPAGE)
    unsafe base = mapped
    self.bytes = whole
  }

  deinit { unsafe munmap(base, bytes) }

  /// The part of `rank` when `range` of the memory is shared out to `threads`, in whole pages.
  func part(_ rank: Int, of threads: Int, in range: Range<Int>) -> Extent {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes)
    let pages = range.count / Self.page
    let first = pages * rank / threads
    let end = pages * (rank + 1) / threads
    let start = unsafe (base + range.lowerBound + first * Self.page).assumingMemoryBound(to: UInt64.self)
    return unsafe Extent(base: start, bytes: (end - first) * Self.page)
  }

  /// Writes 0, 1, 2 ... to the words of each page of an extent, and returns the sum of all words.
  static func fill(_ extent: Extent) -> UInt64 {
    let words = page / MemoryLayout<UInt64>.stride
    let pages = unsafe extent.bytes / page
    guard pages > 0 else { return 0 }
    for index in 0..<words { unsafe extent.base[index] = UInt64(index) }
    for place in stride(from: 1, to: pages, by: 1) { unsafe memcpy(extent.base + place * words, extent.base, page) }
    return UInt64(pages * words * (words - 1) / 2)
  }

  /// How much memory the loops take: twice the last-level cache but not below 256 MiB, and never above a quarter of
  /// what is free for this process.
  package static func size(lastLevelCacheBytes: Int, freeBytes: Int) -> Int {
    min(max(2 * lastLevelCacheBytes, 256 << 20), freeBytes / 4)
  }

  /// Bytes that this process could still take, from the system and its control group.
  static var free: Int {
    var free = Int(sysconf(Int32(_SC_AVPHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) {
      free = available(meminfo: text) ?? free
    }
    for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
      if let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) { free = min(free, limit) }
    }
    return free
  }

  /// `MemAvailable` of /proc/meminfo in bytes.
  package static func available(meminfo: String) -> Int? {
    for line in meminfo.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    return nil
  }
}
