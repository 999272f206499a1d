package import Records

/// A model of a Hugging Face folder or a GGUF file: its configuration, its mapped weights and its tokenizer.
///
/// Immutable; any number of sessions may use it at once.
public final class LanguageModel: Sendable {
  /// The folder, or the GGUF file.
  public let folder: String
  package let configuration: ModelConfiguration
  let weights: ModelWeights
  /// nil where the files have no tokenizer; tokens can be given as ids then.
  public let tokenizer: Tokenizer?
  /// The text of the model's own chat template, if it has one; `ChatTemplate` knows what to do with it.
  let chatTemplate: String?
  /// What happened that was not asked for, in sentences to show.
  let notes: [String]
  /// Nanoseconds that loading took.
  public let loadNanoseconds: Int

  /// Opens the folder, or the GGUF file that `folder` names, and checks everything: the shapes of all tensors and that their values are finite.
  ///
  /// Throws one line that names the file and the tensor or key.
  public init(folder: String) throws(ModelFileError) {
    let start = ContinuousClock.now
    self.folder = folder
    let source = try ModelSource(path: folder)
    configuration = source.configuration
    weights = try ModelWeights(source.tensors, configuration, form: source.form)
    tokenizer = try source.tokenizer()
    chatTemplate = try source.chatTemplate()
    notes = source.notes + Self.notes(on: weights.copies)
    loadNanoseconds = (ContinuousClock.now - start).nanoseconds
  }

  private static func notes(on copies: [Tensor]) -> [String] {
    guard let first = copies.first else { return [] }
    let bytes = copies.reduce(0) { $0 + $1.bytes.byteCount }
    let subject = copies.count == 1 ? "\(first.name) is" : "\(first.name) and \(copies.count - 1) more tensors are"
    return ["\(subject) not aligned in the file and had to be copied: \(bytes) bytes"]
  }

  /// Bytes of all matrices as the files have them, each counted once.
  public var weightBytes: Int {
    let embedding = configuration.tieWordEmbeddings ? 0 : weights.embedding.bytes.byteCount
    return weights.linears.reduce(embedding) { $0 + $1.byteCount }
  }

  /// The type of the output layer's weights, and of all linear layers in most files.
  package var weightElement: ElementType { weights.head.element }

  /// The tokens of a prompt, with what the model expects around a text.
  public func encode(_ prompt: String, special: Bool = false) throws(EngineError) -> [Int] {
    guard let tokenizer else { throw .tokenizer("\(folder): has no tokenizer") }
    do throws(TokenizerError) {
      return try tokenizer.encode(prompt, special: special, template: true)
    } catch {
      throw .tokenizer(error.description)
    }
  }
}
