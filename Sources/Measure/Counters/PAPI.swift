internal import CPAPI

/// PAPI, started once for the process after our software events were registered with it.
enum PAPI {
  /// Why PAPI cannot be used in this process, or nil.
  static let absentBecause: String? = {
    let registered = SoftwareCounts.cells.register()
    if registered != SDE_OK { return "PAPI's software-defined events do not register: \(message(registered))" }
    let started = ttq_papi_init()
    return started == PAPI_OK ? nil : "PAPI does not start: \(message(started))"
  }()

  static func message(_ status: Int32) -> String {
    guard let text = unsafe PAPI_strerror(status) else { return "error \(status)" }
    return unsafe String(cString: text)
  }
}

/// A PAPI event set on the calling thread; the events of one set belong to one component.
@safe final class PAPIEventSet {
  private var handle = PAPI_NULL
  private(set) var names: [String] = []

  /// An empty set, or nil where PAPI does not make one.
  init?() {
    guard PAPI.absentBecause == nil, unsafe PAPI_create_eventset(&handle) == PAPI_OK else { return nil }
  }

  /// Lets more events run than there are counters, each a share of the time; PAPI scales the readings.
  /// For processor events, before the first is added. Returns whether PAPI agreed.
  func multiplex() -> Bool {
    PAPI_multiplex_init() == PAPI_OK && PAPI_assign_eventset_component(handle, 0) == PAPI_OK
      && PAPI_set_multiplex(handle) == PAPI_OK
  }

  /// Adds an event by PAPI's name, to be read under another; returns why not, or nil.
  func add(_ event: String, as name: String) -> String? {
    let status = unsafe PAPI_add_named_event(handle, event)
    guard status == PAPI_OK else { return PAPI.message(status) }
    names.append(name)
    return nil
  }

  /// Starts counting from zero; returns whether it runs.
  func start() -> Bool { PAPI_start(handle) == PAPI_OK }

  /// Stops, and returns the counts in the order of `names`, or nil where PAPI fails.
  func stop() -> [Int64]? {
    var counts = [Int64](repeating: 0, count: names.count)
    let status = unsafe counts.withUnsafeMutableBufferPointer { unsafe PAPI_stop(handle, $0.baseAddress) }
    return status == PAPI_OK ? counts : nil
  }

  deinit {
    guard handle != PAPI_NULL else { return }
    PAPI_cleanup_eventset(handle)
    unsafe PAPI_destroy_eventset(&handle)
  }
}
