internal import ArgumentParser
internal import Kernels
internal import Records

/// A problem in words: family, shape, tokens and formats.
struct ProblemOptions: ParsableArguments {
  @Option(help: "The family: \(FamilyName.allCases.map(\.rawValue).joined(separator: ", ")).")
  var family: FamilyName?

  @Option(
    help:
      "Output x input channels; for attention query heads times head dimension x cached positions. (default: 3072x1024, attention 2048x4096)"
  )
  var shape: MatrixShape?

  @Option(help: "Tokens. (default: 1, statistic and matmulQuantize 512)")
  var tokens: Int?

  @Option(help: "Bits of a code: 2, 3, 4, 5 or 8.")
  var bits = 4

  @Option(help: "Input channels of a group: 32, 64 or 128.")
  var group = 32

  @Option(help: "Only variants with scales and minima in f16, or in 8bit.")
  var side: SideInformation?

  @Option(help: "Element type of full-precision weights: bf16, f16 or f32.")
  var element = ElementType.bf16

  @Option(help: "Only variants with these activations: a8, f32 or bf16.")
  var activation: ActivationFormat?

  @Option(help: "Only attention over a cache of this type: f32, f16 or int8.")
  var cache: CacheType?

  @Option(help: "The p of the statistic: 1, 2 or 4.")
  var norm = NormOrder.two

  @Option(help: "Columns of the low-rank factors, for quantize and lowrank.")
  var rank = 0

  @Option(help: "Ranges that quantize tries for each group: 0, 1, 3 or 16.")
  var search = 0

  @Option(name: .customLong("kv-heads"), help: "Key/value heads of attention.")
  var keyValueHeads = 8

  @Option(name: .customLong("head-dim"), help: "Head dimension of attention.")
  var headDimension = 128

  func validate() throws {
    guard WeightFormat(bits: bits, group: group) != nil else {
      throw ValidationError(
        "no format of \(bits) bits in groups of \(group); bits are \(WeightFormat.supportedBits), groups \(WeightFormat.supportedGroups)"
      )
    }
    if let tokens, !(1...1 << 20).contains(tokens) {
      throw ValidationError("--tokens: expected 1 to 1048576, found \(tokens)")
    }
    guard (0...1024).contains(rank) else { throw ValidationError("--rank: expected 0 to 1024, found \(rank)") }
    guard RangeSearch.supported.contains(search) else {
      throw ValidationError("--search: expected 0, 1, 3 or 16, found \(search)")
    }
    guard family == .attention else { return }
    let shape = resolvedShape
    guard keyValueHeads > 0, headDimension > 0, shape.n % (keyValueHeads * headDimension) == 0, shape.k >= tokens ?? 1
    else {
      throw ValidationError(
        "attention: expected N a multiple of kv-heads x head-dim (\(keyValueHeads) x \(headDimension)) and at least as many cached positions as tokens, found \(shape)"
      )
    }
  }

  private var resolvedShape: MatrixShape {
    shape ?? (family == .attention ? MatrixShape(n: 2048, k: 4096) : MatrixShape(n: 3072, k: 1024))
  }

  /// The problem of `family` as its variant `row` takes it: its own activations, element type and side information.
  func problem(of family: FamilyName, for row: VariantRow) -> Problem {
    let format = WeightFormat(bits: bits, group: group, side: row.layout?.side ?? .half)
    let (n, k) = (resolvedShape.n, resolvedShape.k)
    return switch family {
    case .statistic: Problem(family: family, k: k, tokens: tokens ?? 512, norm: norm)
    case .quantizeActivations:
      Problem(family: family, k: k, tokens: tokens ?? 1, format: format, activation: row.activation)
    case .quantize: Problem(family: family, n: n, k: k, format: format, element: element, rank: rank, search: search)
    case .dequantize: Problem(family: family, n: n, k: k, format: format)
    case .qmatmul:
      Problem(family: family, n: n, k: k, tokens: tokens ?? 1, format: format, activation: row.activation)
    case .matmul:
      Problem(
        family: family, n: n, k: k, tokens: tokens ?? 1, element: element,
        activation: row.activation == .f32 ? nil : row.activation)
    case .matmulQuantize:
      Problem(
        family: family, n: n, k: k, tokens: tokens ?? 512, format: format, element: element,
        activation: row.activation == .f32 ? nil : row.activation)
    case .lowrank: Problem(family: family, n: n, k: k, tokens: tokens ?? 1, rank: max(1, rank))
    case .attention:
      Problem(
        family: family, n: n, k: k, tokens: tokens ?? 1,
        heads: HeadShape(keyValueHeads: keyValueHeads, dimension: headDimension), cache: cache ?? row.cache)
    }
  }
}

/// N x K, written `3072x1024`.
struct MatrixShape: ExpressibleByArgument, CustomStringConvertible {
  var n: Int
  var k: Int

  init(n: Int, k: Int) {
    self.n = n
    self.k = k
  }

  init?(argument: String) {
    let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sizes.count == 2, let n = sizes[0], let k = sizes[1], (1...1 << 20).contains(n), (1...1 << 20).contains(k)
    else { return nil }
    self.init(n: n, k: k)
  }

  var description: String { "\(n)x\(k)" }
}

extension FamilyName: ExpressibleByArgument {}
extension ElementType: ExpressibleByArgument {}
