internal import CPAPI
internal import Synchronization

/// What our own code counts of a call: bytes, operations, calls. PAPI reads the cells as software-defined events.
///
/// The cells live as long as the process, for PAPI keeps their addresses; any thread may add.
package enum SoftwareCounts {
  package enum Cell: Int, CaseIterable, Sendable {
    case bytes, operations, calls

    /// The name of PAPI's event.
    package var event: String { "sde:::ttq::\(self)" }
  }

  /// Adds what a call did; outside timed regions.
  package static func add(bytes: Int, operations: Int, calls: Int = 1) {
    cells.add(bytes, to: .bytes)
    cells.add(operations, to: .operations)
    cells.add(calls, to: .calls)
  }

  static let cells = Cells()

  @safe struct Cells: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Atomic<Int64>>

    init() {
      unsafe base = .allocate(capacity: Cell.allCases.count)
      for cell in Cell.allCases { unsafe (base + cell.rawValue).initialize(to: Atomic(0)) }
    }

    func add(_ amount: Int, to cell: Cell) {
      unsafe base[cell.rawValue].wrappingAdd(Int64(amount), ordering: .relaxed)
    }

    /// Makes the cells known to PAPI, which must not have started yet. Returns the first error, or `SDE_OK`.
    func register() -> Int32 {
      guard let library = unsafe papi_sde_init("ttq") else { return SDE_ENOMEM }
      for cell in Cell.allCases {
        // An Atomic<Int64> is laid out as the Int64 it holds.
        let address = unsafe UnsafeMutableRawPointer(base + cell.rawValue).assumingMemoryBound(to: Int64.self)
        let status = unsafe ttq_sde_register(library, "\(cell)", address)
        if status != SDE_OK { return status }
      }
      return SDE_OK
    }
  }
}
