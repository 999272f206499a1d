import Foundation
import Testing

/// The README is true: what it tells to type works.
@Suite struct ReadmeTests {
  private static let readme =
    (try? String(contentsOf: CommandLineTool.package.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""

  /// The lines of its shell blocks that run the built binary.
  static let commands = readme.split(separator: "\n").map(String.init).filter { $0.hasPrefix(".build/release/ttq ") }

  @Test(arguments: commands)
  func exampleRuns(_ command: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", command.replacingOccurrences(of: ".build/release/ttq", with: "'\(CommandLineTool.binary.path)'"),
    ]
    process.currentDirectoryURL = CommandLineTool.package
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func namesTheCommandsThatExist() throws {
    let help = try CommandLineTool().run("--help")
    #expect(Self.commands.count >= 5)
    for name in ["demo", "tune", "report", "run", "bench", "kernels", "doctor", "logits", "tokenize"] {
      #expect(Self.readme.contains("ttq \(name)") && help.output.contains("  \(name) "), "\(name)")
    }
    #expect(Self.readme.contains(".ci/setup && swift run -c release ttq demo"))
  }
}
