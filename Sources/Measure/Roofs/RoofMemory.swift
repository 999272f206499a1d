internal import Foundation
internal import Glibc

/// Memory of whole pages for the bandwidth loops, in large pages where the system has them.
@safe package final class RoofMemory: @unchecked Sendable {
  /// A run of memory: aligned to 64 bytes, a multiple of 4096 bytes long.
  @unsafe struct Extent {
    let base: UnsafeMutablePointer<UInt64>
    let bytes: Int

    /// The first `bytes`, or all where there are fewer.
    func prefix(bytes: Int) -> Extent { unsafe Extent(base: base, bytes: min(bytes, self.bytes)) }

    /// Part `index` of `count` of about the same size, in whole pages.
    func part(_ index: Int, of count: Int) -> Extent {
      let pages = unsafe bytes / RoofMemory.page
      let (first, end) = (pages * index / count, pages * (index + 1) / count)
      return unsafe Extent(
        base: base + first * RoofMemory.page / MemoryLayout<UInt64>.stride, bytes: (end - first) * RoofMemory.page)
    }
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

  /// The whole pages of `range`.
  func extent(_ range: Range<Int>) -> Extent {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes)
    return unsafe Extent(
      base: (base + range.lowerBound).assumingMemoryBound(to: UInt64.self), bytes: range.count / Self.page * Self.page)
  }

  /// All of it.
  var all: Extent { unsafe extent(0..<bytes) }

  /// Writes 0, 1, 2 ... to the words of each page of an extent, and returns the sum of all words.
  static func fill(_ extent: Extent) -> UInt64 {
    let words = page / MemoryLayout<UInt64>.stride
    let pages = unsafe extent.bytes / page
    guard pages > 0 else { return 0 }
    for index in 0..<words { unsafe extent.base[index] = UInt64(index) }
    for place in stride(from: 1, to: pages, by: 1) { unsafe memcpy(extent.base + place * words, extent.base, page) }
    return unsafe sum(extent)
  }

  /// The sum of the words of a filled extent.
  static func sum(_ extent: Extent) -> UInt64 {
    let words = page / MemoryLayout<UInt64>.stride
    return unsafe UInt64(extent.bytes / page * words * (words - 1) / 2)
  }

  /// How much memory the loops take: six times the last-level cache but not below 256 MiB, and never above a quarter of
  /// what is free for this process. Of less, a cache still holds a part when the loops come round.
  package static func size(lastLevelCacheBytes: Int, freeBytes: Int) -> Int {
    min(max(6 * lastLevelCacheBytes, 256 << 20), freeBytes / 4)
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
