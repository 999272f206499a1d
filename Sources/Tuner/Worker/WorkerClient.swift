internal import Foundation
package import Records

/// The tuner's side of a worker: asks for one candidate at a time, and outlives what the candidates do to the worker.
package final class WorkerClient {
  private let executable: String
  private let arguments: [String]
  private let setup: WorkerSetup
  private var process: WorkerProcess?
  /// The counters of the worker, once it was started.
  package private(set) var counters: [CounterAvailability] = []

  /// Time for a worker to start and to open its counters, in seconds.
  private static let patience = 30.0

  /// A client of `executable arguments...`, which must run a `WorkerServer`.
  package init(executable: String, arguments: [String], setup: WorkerSetup) {
    self.executable = executable
    self.arguments = arguments
    self.setup = setup
  }

  /// Starts the worker where none runs.
  package func start() throws(TuningError) {
    _ = try running()
  }

  /// Has a candidate checked and timed, `timeout` seconds at most. A worker that crashes or hangs is replaced.
  package func measure(
    _ request: CandidateRequest, timeout: Double
  ) throws(TuningError) -> CandidateMeasurement {
    switch try ask(.candidate(request), within: timeout) {
    case .reply(.measured(let measurement)): return measurement
    case .reply: throw .worker(executable: executable, reason: "answered out of turn")
    case .failed(let status, let reason): return CandidateMeasurement(status: status, reason: reason)
    }
  }

  /// Has the candidates of one problem and layout timed in turns, `timeout` seconds at most; nil where the worker did not
  /// survive it.
  package func playOff(
    _ requests: [CandidateRequest], timeout: Double
  ) throws(TuningError) -> [CandidateMeasurement]? {
    switch try ask(.playOff(requests), within: timeout) {
    case .reply(.playedOff(let measurements)) where measurements.count == requests.count: return measurements
    case .reply: throw .worker(executable: executable, reason: "answered out of turn")
    case .failed: return nil
    }
  }

  private enum Answer {
    case reply(WorkerReply)
    case failed(CandidateStatus, reason: String)
  }

  /// Sends one message to the worker, which is ended where it does not answer.
  private func ask(_ message: WorkerMessage, within seconds: Double) throws(TuningError) -> Answer {
    let process = try running()
    switch exchange(message, with: process, within: seconds) {
    case .reply(.refused(let reason)): throw .worker(executable: executable, reason: reason)
    case .reply(let reply): return .reply(reply)
    case .garbage:
      stop()
      return .failed(.crashed, reason: "the worker's answer is not readable")
    case .late:
      stop()
      return .failed(.timeout, reason: "no answer within \(Self.text(seconds)) s")
    case .closed:
      self.process = nil
      return .failed(.crashed, reason: "the worker ended: \(process.end())")
    }
  }

  /// Ends the worker; the next candidate starts another.
  package func stop() {
    process?.kill()
    process = nil
  }

  private func running() throws(TuningError) -> WorkerProcess {
    if let process { return process }
    let started = try WorkerProcess(executable: executable, arguments: arguments)
    switch exchange(.setup(setup), with: started, within: Self.patience) {
    case .reply(.ready(let counters)):
      self.counters = counters
      process = started
      return started
    case .reply, .garbage:
      started.kill()
      throw .worker(executable: executable, reason: "does not answer as a worker")
    case .late:
      started.kill()
      throw .worker(executable: executable, reason: "gives no answer")
    case .closed:
      throw .worker(executable: executable, reason: "ended at its start: \(started.end())")
    }
  }

  private enum Exchange {
    case reply(WorkerReply)
    case garbage
    case late
    case closed
  }

  private func exchange(_ message: WorkerMessage, with process: WorkerProcess, within seconds: Double) -> Exchange {
    guard let line = try? JSONEncoder().encode(message), process.send(line) else { return .closed }
    switch process.receive(within: seconds) {
    case .line(let line):
      return (try? JSONDecoder().decode(WorkerReply.self, from: line)).map { .reply($0) } ?? .garbage
    case .closed: return .closed
    case .late: return .late
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
  }
}
