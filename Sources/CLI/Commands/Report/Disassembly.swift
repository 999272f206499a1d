internal import Foundation
internal import Records

/// The functions of a program as objdump shows them.
struct Disassembly {
  /// Why a loop cannot be shown.
  struct Absence: Error, CustomStringConvertible {
    let description: String
  }

  struct Loop {
    let symbol: String
    let lines: [String]
    /// Instructions of the whole loop, and those among them that are vector arithmetic.
    let count: Int
    let work: Int
  }

  private struct Function {
    let name: String
    let address: UInt64
    let size: UInt64
  }

  private let program: String
  /// By address, for static functions of several files may share a name.
  private let functions: [UInt64: Function]
  /// The addresses of the kernels, whose names are unique.
  private let kernels: [String: UInt64]

  /// Instructions that are shown of a loop.
  private static let longest = 120

  /// The functions of `program`, or why they cannot be shown.
  static func of(_ program: String) -> (Disassembly?, String?) {
    for tool in ["objdump", "nm"] where ExternalProgram.path(of: tool) == nil {
      note("note: the report has no disassembly: \(tool) was not found")
      return (nil, "\(tool) was not found on the machine that wrote the report")
    }
    guard let table = ExternalProgram.run("nm", ["-S", "--defined-only", program]) else {
      return (nil, "nm could not read the program")
    }
    var functions: [UInt64: Function] = [:]
    var kernels: [String: UInt64] = [:]
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      // Names that begin with a dollar are Swift's own.
      guard words.count == 4, !words[3].hasPrefix("$"), let address = UInt64(words[0], radix: 16),
        let size = UInt64(words[1], radix: 16)
      else { continue }
      let name = String(words[3])
      functions[address] = Function(name: name, address: address, size: size)
      if words[2] == "T", name.hasPrefix("ttq_") { kernels[name] = address }
    }
    return (Disassembly(program: program, functions: functions, kernels: kernels), nil)
  }

  /// The loop that does the work of a variant on `problem`.
  func innerLoop(of problem: Problem, variant: String) -> Result<Loop, Absence> {
    let names = Self.names(problem, variant)
    guard let (name, address) = names.lazy.compactMap({ name in kernels[name].map { (name, $0) } }).first else {
      return .failure(Absence(description: "no function is called \(names.joined(separator: " or "))"))
    }
    guard let loop = loop(at: address, depth: 2) else {
      return .failure(Absence(description: "\(name) has no loop with vector arithmetic of its own"))
    }
    return .success(loop)
  }

  /// The names that a kernel's function may have: `ttq_qmatmul_a8_avx512vnni_r16x1_q4`.
  private static func names(_ problem: Problem, _ variant: String) -> [String] {
    let family = problem.family.rawValue.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
    let base = "ttq_\(family)_\(variant.replacing("/", with: "_"))"
    let widths = problem.format.map { ["\(base)_q\($0.bits)"] } ?? []
    return widths + [base]
  }

  /// The loop with the most vector arithmetic of a function and, to `depth` levels, of those that it calls.
  private func loop(at address: UInt64, depth: Int) -> Loop? {
    guard let function = functions[address],
      let text = ExternalProgram.run(
        "objdump",
        [
          "-d", "--no-show-raw-insn", "--start-address=\(address)", "--stop-address=\(address + function.size)",
          program,
        ])
    else { return nil }
    let code = Instruction.all(in: String(decoding: text, as: UTF8.self))
    var loops = [Self.innerLoop(code, of: function.name)].compactMap(\.self)
    if depth > 0 {
      let called = Set(code.compactMap { $0.mnemonic == "call" ? $0.target : nil }).subtracting([address])
      loops += called.sorted().compactMap { loop(at: $0, depth: depth - 1) }
    }
    return loops.max { $0.work < $1.work }
  }

  /// Of the loops that hold no other, the one with the most vector arithmetic, with jumps named by their distance.
  private static func innerLoop(_ code: [Instruction], of name: String) -> Loop? {
    let places = Dictionary(code.enumerated().map { ($1.address, $0) }) { first, _ in first }
    let loops = code.enumerated().compactMap { end, instruction -> ClosedRange<Int>? in
      guard instruction.isJump, let target = instruction.target, let start = places[target], start <= end else {
        return nil
      }
      return start...end
    }
    let innermost = loops.filter { loop in
      !loops.contains { $0 != loop && loop.contains($0.lowerBound) && loop.contains($0.upperBound) }
    }
    func work(_ loop: ClosedRange<Int>) -> Int { code[loop].count(where: \.isArithmetic) }
    guard let best = innermost.max(by: { (work($0), -$0.count) < (work($1), -$1.count) }), work(best) > 0 else {
      return nil
    }
    let lines = code[best].map(\.text)
    let rest = lines.count > longest ? ["... \(lines.count - longest) more instructions"] : []
    return Loop(symbol: name, lines: lines.prefix(longest) + rest, count: lines.count, work: work(best))
  }
}

/// One line of a disassembly.
private struct Instruction {
  let address: UInt64
  let mnemonic: String
  let operands: String

  /// The instructions among the lines that objdump printed.
  static func all(in text: String) -> [Instruction] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2, let colon = parts[0].firstIndex(of: ":"),
        let address = UInt64(parts[0][..<colon].trimmingCharacters(in: .whitespaces), radix: 16)
      else { return nil }
      let words = parts[1].split(separator: " ", maxSplits: 1)
      return Instruction(
        address: address, mnemonic: String(words[0]),
        operands: words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : "")
    }
  }

  var isJump: Bool { mnemonic.hasPrefix("j") }

  /// The address that a jump or call goes to.
  var target: UInt64? { operands.split(separator: " ").first.flatMap { UInt64($0, radix: 16) } }

  /// The place that a jump goes to, from `21df70 <name+0x250>`.
  private var targetName: String? {
    guard let start = operands.firstIndex(of: "<"), operands.last == ">" else { return nil }
    return String(operands[operands.index(after: start)...].dropLast())
  }

  /// Beginnings of the names of vector arithmetic, multiplications before all.
  private static let arithmetic = [
    "vpdp", "vdp", "vfm", "vfnm", "vpmadd", "vmul", "vadd", "vsub", "vpadd", "vpsub", "vmax", "vmin", "vpshufb",
    "vperm",
    "vpopcnt", "vpmull", "vpmulh", "vcvt",
  ]

  var isArithmetic: Bool { Self.arithmetic.contains { mnemonic.hasPrefix($0) } }

  /// The instruction without addresses, which differ from build to build.
  var text: String {
    let end = isJump ? (targetName?.split(separator: "+").dropFirst().first.map { "+\($0)" } ?? "start") : operands
    return "\(mnemonic.padding(toLength: max(12, mnemonic.count + 1), withPad: " ", startingAt: 0))\(end)"
  }
}
