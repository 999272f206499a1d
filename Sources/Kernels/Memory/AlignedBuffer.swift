internal import Glibc
package import Records

/// The single owner type of kernel memory: `count` elements aligned to a cache line, freed when it goes out of scope.
///
/// Kernels see it through `span` and `mutableSpan`; only the call wrapper of a family takes its pointers.
@safe package struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>
  package let count: Int

  /// Bytes of a cache line and of the widest vector register.
  package static var alignment: Int { 64 }

  /// Bytes of a huge page, and the size from which a buffer asks for them.
  private static var hugePage: Int { 2 << 20 }

  /// A buffer of `count` copies of `value`; a large one asks for huge pages unless told not to.
  package init(repeating value: Element, count: Int, pages: Pages = .huge) {
    unsafe self.init(unwritten: count, pages: pages)
    unsafe base.initialize(repeating: value, count: count)
  }

  /// A buffer of `count` elements that hold nothing yet, for whoever writes before reading: of a large one, memory is taken as it is written.
  @unsafe package init(unwritten count: Int, pages: Pages = .huge) {
    precondition(count >= 0)
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let large = bytes >= Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: large ? Self.hugePage : Self.alignment)
    // Packed weights are streamed: with pages of 4 KiB, walking the page table costs more than the codes. A refusal changes nothing.
    if large { unsafe madvise(raw, bytes, pages == .huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) }
    unsafe base = raw.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
  }

  /// A buffer with a copy of `elements`.
  package init(copying elements: Span<Element>) where Element: AdditiveArithmetic {
    self.init(repeating: .zero, count: elements.count)
    unsafe elements.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { unsafe base.update(from: start, count: source.count) }
    }
  }

  deinit { unsafe base.deallocate() }

  package var span: Span<Element> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self) }
  }

  package var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get { unsafe _overrideLifetime(MutableSpan(_unsafeStart: base, count: count), mutating: &self) }
  }

  /// Element `index`, checked.
  package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// The memory itself, for a family's call wrapper; valid as long as the buffer lives.
  @unsafe package var pointer: UnsafeMutablePointer<Element> { unsafe base }
}
