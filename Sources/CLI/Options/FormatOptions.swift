internal import ArgumentParser
internal import Records
internal import TTQ

/// The quantized format, the activations that meet it, the norm that scales it, and the type of the cache.
struct FormatOptions: ParsableArguments {
  @Option(help: "Bits of a code: 2, 3, 4, 5 or 8.")
  var bits = 4

  @Option(help: "Input channels of a group: 32, 64 or 128.")
  var group = 32

  @Option(help: "Scales and minima of groups: f16, or 8bit in steps of their row.")
  var side = SideInformation.half

  @Option(help: "Activations of quantized products: int8 or f32.")
  var activations = ActivationFormat.a8

  @Option(help: "Keys and values of past positions: f32, f16 or int8.")
  var cache = CacheType.f32

  @Option(help: "The p of the channels' norms: 1, 2 or 4.")
  var norm = NormOrder.two

  func validate() throws {
    guard WeightFormat(bits: bits, group: group) != nil else {
      throw ValidationError(
        "no format of \(bits) bits in groups of \(group); bits are \(WeightFormat.supportedBits), groups \(WeightFormat.supportedGroups)"
      )
    }
    guard activations != .bf16 else { throw ValidationError("--activations: expected int8 or f32, found bf16") }
  }

  var format: WeightFormat { WeightFormat(bits: bits, group: group, side: side) ?? .q4g32 }
}

extension SideInformation: ExpressibleByArgument {}
extension CacheType: ExpressibleByArgument {}
extension NormOrder: ExpressibleByArgument {}

extension ActivationFormat: ExpressibleByArgument {
  /// `int8` (or `a8`), `f32`, and `bf16`.
  public init?(argument: String) {
    self.init(rawValue: argument == "int8" ? "a8" : argument)
  }
}
