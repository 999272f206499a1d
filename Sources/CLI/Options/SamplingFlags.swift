internal import ArgumentParser
internal import TTQ

/// How many tokens are generated and how each is chosen.
struct SamplingFlags: ParsableArguments {
  @Option(help: "0 takes the likeliest token each time.")
  var temperature: Float = 0

  @Option(help: "Choose among this many likeliest tokens; 0 for all.")
  var topK = 0

  @Option(help: "Choose among the likeliest tokens that make up this share.")
  var topP: Float = 1

  @Option(help: "Choose among tokens at least this share as likely as the likeliest; 0 for all.")
  var minP: Float = 0

  @Option(help: "Divide the logits of recent tokens by this; 1 for none.")
  var repetitionPenalty: Float = 1

  @Option(help: "Tokens that count as recent.")
  var repetitionContext = 20

  @Option(help: "Seed of the choices.")
  var seed: UInt64 = 0

  @Option(help: "A text that ends the answer and is not shown; may be given several times.")
  var stop: [String] = []

  @Flag(help: "Go on after the tokens that end a text.")
  var ignoreEnd = false

  func parameters(maxTokens: Int?) -> GenerateParameters {
    var parameters = GenerateParameters()
    parameters.maxTokens = maxTokens
    parameters.temperature = temperature
    parameters.topK = topK
    parameters.topP = topP
    parameters.minP = minP
    parameters.repetitionPenalty = repetitionPenalty == 1 ? nil : repetitionPenalty
    parameters.repetitionContextSize = repetitionContext
    parameters.seed = seed
    parameters.stopSequences = stop
    parameters.stopsAtEnd = !ignoreEnd
    return parameters
  }
}
