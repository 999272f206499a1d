import Foundation
import Testing

/// What a user meets: output, errors in one line, exit codes.
@Suite struct CommandTests {
  private let tool = CommandLineTool()

  @Test func listsKernels() throws {
    let result = try tool.run("kernels")
    #expect(result.status == 0)
    for family in ["statistic", "quantizeActivations", "quantize", "dequantize", "qmatmul", "matmul", "attention"] {
      #expect(result.output.contains("\(family) (contract"))
    }
    #expect(result.output.contains("a8/avx512vnni"))
  }

  @Test(arguments: ["baseline", "avx2"])
  func masksInstructionSets(isa: String) throws {
    let result = try CommandLineTool(environment: ["TTQ_ISA": isa]).run("kernels")
    #expect(result.status == 0)
    let rows = result.output.split(separator: "\n").filter { $0.contains("avx512vnni_r16x1") }
    #expect(!rows.isEmpty && rows.allSatisfy { $0.contains(" no ") })
  }

  @Test func refusesUnknownInstructionSets() throws {
    let result = try CommandLineTool(environment: ["TTQ_ISA": "avx9000"]).run("kernels")
    #expect(result.status == 1)
    #expect(result.errors.contains("TTQ_ISA=avx9000: expected one of baseline"))
  }

  @Test(arguments: [
    ["frobnicate"], ["bench"], ["run"], ["bench", "--family", "qmatmul", "--bits", "6"], ["tokenize", "."],
  ])
  func answersWrongUsageWith64(arguments: [String]) throws {
    #expect(try tool.run(arguments).status == 64)
  }

  @Test func tokenizes() throws {
    let result = try tool.run("tokenize", CommandLineTool.demoModel, "--text", "The old house")
    #expect(result.status == 0)
    let ids = result.output.split(separator: " ").compactMap { Int($0.trimmingCharacters(in: .newlines)) }
    #expect(ids.count >= 3)
  }

  @Test func readsSpecialTokensOnlyWhenAsked() throws {
    let asText = try tool.run("tokenize", CommandLineTool.demoModel, "--text", "<|endoftext|>")
    let asToken = try tool.run("tokenize", CommandLineTool.demoModel, "--text", "<|endoftext|>", "--special")
    #expect(asToken.output == "0\n")
    #expect(asText.output != asToken.output)
  }

  @Test func benchesAsJSON() throws {
    let result = try tool.run(
      "bench", "--family", "qmatmul", "--shape", "64x96", "--tokens", "3", "--seconds", "0.01", "--warm", "--json")
    #expect(result.status == 0)
    let fields: Set<String> = [
      "family", "variant", "bits", "group", "n", "k", "tokens", "threads", "warm", "median_ns", "low_ns", "high_ns",
      "gbps",
      "gops", "roof", "share", "error", "status",
    ]
    let lines = result.output.split(separator: "\n")
    #expect(lines.count > 5)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(Set(object?.keys.map { $0 } ?? []) == fields)
      #expect(["correct", "unsupported", "constraint"].contains(object?["status"] as? String))
    }
  }

  @Test func generatesTheSameTokensTwice() throws {
    let arguments = [
      "run", CommandLineTool.demoModel, "-p", "The old man sat by the fire and", "--max-tokens", "12", "--seed", "7",
      "--temperature", "0.8",
    ]
    let first = try tool.run(arguments)
    let second = try tool.run(arguments)
    #expect(first.status == 0)
    #expect(!first.output.isEmpty && first.output == second.output)
    #expect(first.errors.contains("time to first token"))
  }

  @Test func writesLogits() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/logits.safetensors"
    let result = try tool.run(
      "logits", CommandLineTool.demoModel, "--tokens", "5,6,7", "--method", "full", "--output", file)
    #expect(result.status == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(bytes.count > 3 * 4096 * 4)
  }

  @Test(arguments: ["1,x", "", "99999", "-1"])
  func refusesBadTokens(tokens: String) throws {
    let folder = try TemporaryFolder()
    let result = try tool.run(
      "logits", CommandLineTool.demoModel, "--tokens=\(tokens)", "--output", "\(folder.path)/logits.safetensors")
    #expect(result.status == 1)
    #expect(result.errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }.count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func namesTheMissingFolder() throws {
    let result = try tool.run("run", "/nonexistent/model", "-p", "x")
    #expect(result.status == 1)
    #expect(result.errors.contains("/nonexistent/model"))
  }

  /// Elsewhere the binary still knows the machine, and says which data it misses.
  @Test func worksAfterBeingMoved() throws {
    let folder = try TemporaryFolder()
    let moved = folder.url.appendingPathComponent("ttq")
    try FileManager.default.copyItem(at: CommandLineTool.binary, to: moved)
    let tool = CommandLineTool(binary: moved, folder: folder.url, environment: ["XDG_CONFIG_HOME": folder.path])
    let doctor = try tool.run("doctor", "--seconds", "0")
    #expect(doctor.status == 0)
    #expect(doctor.output.contains("instructions") && doctor.output.contains("kernels are chosen by rule"))
    let demo = try tool.run("demo")
    #expect(demo.status == 1)
    #expect(demo.errors.contains("ttq-demo not found; looked for \(folder.path)"))
  }
}
