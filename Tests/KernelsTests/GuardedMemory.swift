import Glibc

/// Memory whose last byte is the last byte before a page that may not be touched: a read or write past the end faults.
@safe final class GuardedMemory<Element: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  init(_ elements: [Element]) throws {
    let page = Int(getpagesize())
    let bytes = elements.count * MemoryLayout<Element>.stride
    let usable = (bytes + page - 1) / page * page
    mappedBytes = usable + page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let mapping = unsafe mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe mprotect(mapping + usable, page, PROT_NONE) == 0
    else { throw GuardError.noMemory }
    unsafe self.mapping = mapping
    let start = unsafe mapping + (usable - bytes)
    unsafe pointer = start.bindMemory(to: Element.self, capacity: elements.count)
    for (index, element) in elements.enumerated() { unsafe pointer[index] = element }
    count = elements.count
  }

  deinit { unsafe munmap(mapping, mappedBytes) }

  var elements: [Element] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

enum GuardError: Error { case noMemory }
