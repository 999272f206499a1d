internal import Dispatch
internal import Glibc
internal import Synchronization

/// Turns Ctrl-C into a question that long commands ask between two steps, so that nothing measured is lost. A second Ctrl-C ends the
/// process.
final class Interrupt {
  private final class Flag: Sendable {
    let raised = Atomic<Bool>(false)
  }

  private let flag = Flag()
  private let source: any DispatchSourceSignal

  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [flag] in
      if flag.raised.exchange(true, ordering: .relaxed) { _exit(130) }
    }
    source.resume()
  }

  /// Forgets a Ctrl-C, for work that begins anew.
  func lower() { flag.raised.store(false, ordering: .relaxed) }

  var wasRaised: Bool { flag.raised.load(ordering: .relaxed) }
}
