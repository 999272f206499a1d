internal import Foundation

/// Where the package's own data lies: the demo model, shape sets, tuned plans and reports.
///
/// Looked up in `--data`, beside the executable, then in the package that the executable or the working folder is in.
struct DataFolder {
  /// The folder that holds the package, or nil for a binary that was moved away from it.
  let packageRoot: String?
  private let explicit: String?
  private let places: [String]

  /// The places to look in; `explicit` is the value of `--data`.
  init(explicit: String?) {
    self.explicit = explicit
    let executable = URL(fileURLWithPath: Self.executablePath)
    packageRoot =
      Self.package(above: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
      ?? Self.package(above: executable)
    let beside = executable.deletingLastPathComponent().path
    places = [explicit, beside, packageRoot].compactMap { $0 }
  }

  /// The path of the running binary.
  static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The folder of the embedded model, as the build lays it out and as the package does.
  func findDemoModel() throws(CLIError) -> String {
    try find([
      "\(DemoCommand.model)", "ttq_CLI.resources/\(DemoCommand.model)", "Sources/CLI/Resources/\(DemoCommand.model)",
    ])
  }

  /// The first place that holds `name`; the error names all that were tried.
  func find(_ name: String) throws(CLIError) -> String {
    try find([name])
  }

  private func find(_ names: [String]) throws(CLIError) -> String {
    let tried = places.flatMap { place in names.map { "\(place)/\($0)" } }
    guard let found = tried.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw .notFound(names[0], tried: tried)
    }
    return found
  }

  /// Where the tuner writes for the machine called `machine`: in the package, else in the user's configuration folder.
  func tuning(machine: String) throws(CLIError) -> String {
    if let packageRoot { return "\(packageRoot)/Tuning/machines/\(machine)" }
    guard let folder = Self.configurationFolder else { throw .noHome }
    return "\(folder)/machines/\(machine)"
  }

  /// The folders that may hold plans in `machines/<machine>`, in the order of the search: `Tuning` of `--data` and of the package, the user's
  /// configuration folder, and the system's (`$XDG_CONFIG_DIRS`, `/etc/xdg` by default).
  var planFolders: [String] {
    let named = ProcessInfo.processInfo.environment["XDG_CONFIG_DIRS"] ?? ""
    let system = (named.isEmpty ? "/etc/xdg" : named).split(separator: ":").map { "\($0)/ttq" }
    let projects = [explicit, packageRoot].compactMap { $0.map { "\($0)/Tuning" } }
    return projects + [Self.configurationFolder].compactMap { $0 } + system
  }

  /// Where the report is written for the machine called `machine`: in the package, else in the working folder.
  func report(machine: String) -> String {
    packageRoot.map { "\($0)/Reports/\(machine)" } ?? "ttq-report/\(machine)"
  }

  /// `$XDG_CONFIG_HOME/ttq`, or `$HOME/.config/ttq`, or nil where neither is set.
  private static var configurationFolder: String? {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["XDG_CONFIG_HOME"], !folder.isEmpty { return "\(folder)/ttq" }
    return environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.config/ttq" }
  }

  private static func package(above start: URL) -> String? {
    var folder = start.standardizedFileURL
    while folder.path != "/" {
      let manifest = folder.appendingPathComponent("Package.swift").path
      let kernels = folder.appendingPathComponent("Sources/CKernels").path
      if FileManager.default.fileExists(atPath: manifest), FileManager.default.fileExists(atPath: kernels) {
        return folder.path
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }
}

/// What a command cannot go on after; one line for the user, exit code 1.
enum CLIError: Error, CustomStringConvertible {
  case notFound(String, tried: [String])
  case invalid(String)
  case failed(String)
  case noHome

  var description: String {
    switch self {
    case .notFound(let name, let tried):
      "\(name) not found; looked for \(tried.joined(separator: ", ")); --data DIR names another place"
    case .invalid(let reason), .failed(let reason): reason
    case .noHome:
      "no place to write to: neither HOME nor XDG_CONFIG_HOME is set, and this is no package folder; set one"
    }
  }
}
