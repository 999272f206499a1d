/// What tells one architecture from another, over the layers that all share. A new one is a file with such a value and a row below.
struct ModelFamily: Sendable {
  var norm = NormKind.rootMeanSquare
  /// What each block adds to the stream is normalised, too, before it is added.
  var normalizesBlocks = false
  /// Queries and keys are normalised, head by head, before the rotary embedding turns them.
  var normalizesHeads = false
  /// Problems whose tensors have a bias each, added after the product.
  var biased: Set<LinearRole> = []
  var activation = Activation.swiGLU
  /// Embeddings are multiplied by the root of their width.
  var scalesEmbedding = false
  /// Where position 0 stands in a table of learned positions; nil for families that turn queries and keys instead.
  var firstPosition: Int?
  /// For families with layers that see a window: how many layers make a group, whose last sees everything, where no list says otherwise.
  var slidingPattern: Int?
  var keys = ConfigurationKeys()
  /// As the files of Hugging Face folders have the tensors.
  var form = TensorForm()
  /// As GGUF files have them; nil where there are none of the family.
  var gguf: GGUFForm?
  /// As part of a model that sees, too; nil where there is none of the family.
  var multimodal: MultimodalForm?
}

extension Architecture {
  var family: ModelFamily {
    switch self {
    case .llama: .llama
    case .qwen2: .qwen2
    case .qwen3: .qwen3
    case .gemma3: .gemma3
    case .opt: .opt
    }
  }
}

/// Which norm the layers of a family have.
enum NormKind: Sendable {
  case rootMeanSquare
  /// Centred, with a bias.
  case layer
}

/// How a family writes its `config.json`, where it departs from most.
struct ConfigurationKeys: Sendable {
  var intermediateSize = "intermediate_size"
  var activation = "hidden_act"
  /// The head dimension where none is given; nil means hidden size / heads.
  var headDimension: Int?
  /// Of the norms, for families that do not write it.
  var normEpsilon: Double?
  /// What scales scores in place of the head dimension.
  var scoreScalar: String?
  var ropeTheta = 10_000.0
  /// Whether the output layer is the embedding, where that is not said.
  var tiesEmbeddings = false
  /// Switches that change the arithmetic, and the only value of each that the engine computes.
  var switches: KeyValuePairs<String, Bool> = ["attention_bias": false, "mlp_bias": false, "use_sliding_window": false]
}

/// How a kind of file has the tensors of a family.
struct TensorForm: Sendable {
  var names = TensorNames()
  /// What is to be added to the weights of norms.
  var normShift: Float = 0
  var pairs = RotaryPairs.halves
}

/// How Hugging Face folders have a family as the text part of a model that sees, too.
struct MultimodalForm: Sendable {
  /// The name in `config.json`, where the text part's own settings stand under `text_config`.
  let architecture: String
  /// What that part leaves out where it is so.
  let defaults: KeyValuePairs<String, Int>
  let normEpsilon: Double
  /// What takes the place of `model.` before the names of its tensors, by versions of transformers.
  let prefixes: [String]
  /// What the names of tensors of the other parts contain.
  let others: [String]
}

/// How GGUF files have a family.
struct GGUFForm: Sendable {
  /// The value of `general.architecture`, and what the family's keys begin with.
  let name: String
  /// llama.cpp permutes the queries and keys of some families, so that the elements which turn together stand side by side.
  var pairs = RotaryPairs.halves

  var form: TensorForm { TensorForm(names: .gguf, pairs: pairs) }
}
