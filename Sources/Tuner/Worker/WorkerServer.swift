internal import Foundation
package import Kernels
internal import Measure
internal import Records

/// The worker's side: reads a line from standard input, does what it says, answers on standard output.
package struct WorkerServer {
  private let catalogue: Catalogue
  private let machine: Machine

  /// A server of the variants of `catalogue`; tests add faulty ones.
  package init(catalogue: Catalogue = .standard, machine: Machine) {
    self.catalogue = catalogue
    self.machine = machine
  }

  /// Serves until standard input ends, and ends the process with its tuner even from within a candidate.
  package func run() {
    Self.exitOnHangUp()
    var bench: CandidateBench?
    while let line = readLine() {
      switch try? JSONDecoder().decode(WorkerMessage.self, from: Data(line.utf8)) {
      case .setup(let setup):
        if let core = setup.openBLASCore { OpenBLAS.demand(core: core) }
        let made = CandidateBench(catalogue: catalogue, machine: machine, setup: setup)
        bench = made
        answer(.ready(made.counters.availability))
      case .candidate(let request):
        answer(bench.map { .measured($0.measure(request)) } ?? .refused("a candidate before the setup"))
      case .playOff(let requests):
        answer(bench.map { .playedOff($0.playOff(requests)) } ?? .refused("a play-off before the setup"))
      case nil:
        answer(.refused("expected a worker message, found \(line.prefix(80))"))
      }
    }
  }

  private func answer(_ reply: WorkerReply) {
    let refusal = Data(#"{"refused":{"_0":"the answer holds a number that is not finite"}}"#.utf8)
    let line = (try? JSONEncoder().encode(reply)) ?? refusal
    try? FileHandle.standardOutput.write(contentsOf: line + Data([UInt8(ascii: "\n")]))
  }

  /// A hanging candidate reads no end of input, so a thread of its own waits for the other end to close.
  private static func exitOnHangUp() {
    Thread.detachNewThread {
      var input = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
      while true {
        let found = unsafe poll(&input, 1, -1)
        if found > 0, input.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { _exit(0) }
        if found < 0, errno != EINTR { return }
      }
    }
  }
}
