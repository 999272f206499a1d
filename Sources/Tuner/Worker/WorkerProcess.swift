internal import Foundation
internal import Measure

/// A child process that answers lines with lines over a socket which is its standard input and output.
///
/// It has a process group of its own, so that an interrupt at the terminal reaches the tuner alone, and its standard error
/// goes nowhere.
final class WorkerProcess {
  enum Received {
    case line(Data)
    /// The child ended, or closed its side.
    case closed
    case late
  }

  private let process: pid_t
  private let socket: Int32
  private var buffer = Data()
  private var ended = false

  /// Starts `executable`, a path, with the environment of this process.
  init(executable: String, arguments: [String]) throws(TuningError) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw .worker(executable: executable, reason: Self.words(errno))
    }
    defer { close(ends[1]) }
    socket = ends[0]

    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

    // A crash is told by its signal; the runtime's own report of it would take seconds.
    let environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    var child: pid_t = 0
    let status = unsafe withCStrings([executable] + arguments) { arguments in
      unsafe withCStrings(environment.map { "\($0)=\($1)" }) { environment in
        unsafe posix_spawn(&child, executable, &actions, &attributes, arguments, environment)
      }
    }
    process = child
    guard status == 0 else {
      ended = true
      close(ends[0])
      throw .worker(executable: executable, reason: Self.words(status))
    }
  }

  deinit { _ = end() }

  /// Sends one line; false where the child has ended. Never raises SIGPIPE.
  func send(_ line: Data) -> Bool {
    var rest = line + Data([UInt8(ascii: "\n")])
    while !rest.isEmpty {
      let sent = unsafe rest.withUnsafeBytes { bytes in
        unsafe Foundation.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  /// Waits for one line, at most `seconds`.
  func receive(within seconds: Double) -> Received {
    let deadline = Double(MonotonicClock.now()) + seconds * 1e9
    while true {
      if let newline = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(buffer[..<newline])
        buffer = Data(buffer[(newline + 1)...])
        return .line(line)
      }
      let left = deadline - Double(MonotonicClock.now())
      guard left > 0 else { return .late }
      var input = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let found = unsafe poll(&input, 1, Int32(min(left / 1e6 + 1, 60_000)))
      if found < 0, errno != EINTR { return .closed }
      guard found > 0 else { continue }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .closed }
      buffer += chunk.prefix(count)
    }
  }

  /// Ends the child where it still runs, and tells how it ended.
  func end() -> String {
    guard !ended else { return "ended" }
    ended = true
    close(socket)
    var status: Int32 = 0
    // A child that is on its way out gets a moment, so that its own ending is told and not ours.
    for _ in 0..<50 {
      let waited = unsafe waitpid(process, &status, WNOHANG)
      if waited == process { return Self.ending(status) }
      usleep(2000)
    }
    return kill()
  }

  /// Ends the child at once.
  @discardableResult func kill() -> String {
    if !ended {
      ended = true
      close(socket)
    }
    var status: Int32 = 0
    _ = Foundation.kill(process, SIGKILL)
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return Self.ending(status)
  }

  /// A wait status in words.
  private static func ending(_ status: Int32) -> String {
    let signal = status & 0x7F
    if signal == 0 { return "exit code \(status >> 8 & 0xFF)" }
    return switch signal {
    case SIGSEGV: "SIGSEGV"
    case SIGBUS: "SIGBUS"
    case SIGILL: "SIGILL"
    case SIGFPE: "SIGFPE"
    case SIGABRT: "SIGABRT"
    case SIGTRAP: "SIGTRAP"
    case SIGTERM: "SIGTERM"
    case SIGKILL: "SIGKILL, perhaps out of memory"
    default: "signal \(signal)"
    }
  }

  private static func words(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}

/// Calls `body` with `strings` as a C array of C strings that ends in a null pointer.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
  for (index, string) in strings.enumerated() { unsafe (array + index).initialize(to: strdup(string)) }
  unsafe (array + strings.count).initialize(to: nil)
  defer {
    for index in strings.indices { unsafe free(array[index]) }
    unsafe array.deallocate()
  }
  return unsafe body(array)
}
