/// A model of a Hugging Face folder: its configuration, its mapped weights and its tokenizer.
///
/// Immutable; any number of sessions may use it at once.
public final class LanguageModel: Sendable {
  public let folder: String
  package let configuration: ModelConfiguration
  let weights: ModelWeights
  /// nil where the folder has no files of a tokenizer; tokens can be given as ids then.
  public let tokenizer: Tokenizer?
  /// The text of the model's own chat template, if it has one; `ChatTemplate` knows what to do with it.
  let chatTemplate: String?
  /// Nanoseconds that loading took.
  public let loadNanoseconds: Int

  /// Opens the folder and checks everything: the shapes of all tensors and that their values are finite.
  ///
  /// Throws one line that names the file and the tensor or key.
  public init(folder: String) throws(ModelFileError) {
    let start = ContinuousClock.now
    self.folder = folder
    configuration = try ModelConfiguration(folder: folder)
    weights = try ModelWeights(
      TensorStore(folder: folder), configuration, form: configuration.architecture.family.form)
    tokenizer = TokenizerFile(folder: folder) == nil ? nil : try Tokenizer(folder: folder)
    chatTemplate = try ChatTemplate.text(inFolder: folder)
    loadNanoseconds = (ContinuousClock.now - start).nanoseconds
  }

  /// Bytes of all matrices as the files have them, each counted once.
  public var weightBytes: Int {
    let embedding = configuration.tieWordEmbeddings ? 0 : weights.embedding.bytes.byteCount
    return weights.linears.reduce(embedding) { $0 + $1.byteCount }
  }

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
