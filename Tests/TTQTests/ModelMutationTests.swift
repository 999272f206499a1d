import Foundation
import Records
import TTQ
import Testing

/// Damaged model files: an error of one line, or a model that runs; never a crash or a hang.
@Suite struct ModelMutationTests {
  let folder: TestFolder
  private static let copies: UInt64 = 200

  init() throws { folder = try TestFolder() }

  /// Loads the model at `path` and runs it in full precision and quantized; false where that is an error, which is one line and, while
  /// loading, names the file.
  private func runs(_ path: String) throws -> Bool {
    do throws(ModelFileError) {
      let model = try LanguageModel(folder: path)
      do throws(EngineError) {
        if model.tokenizer != nil { _ = try model.encode("ab b <|im_end|>", special: true) }
        for method in TTQ.Method.allCases {
          var options = SessionOptions()
          (options.method, options.threads, options.cpus) = (method, 1, [])
          options.context = 24
          let session = try Session(model, options)
          try session.prefill((0..<12).map { $0 % model.configuration.vocabularySize })
          try session.decode(0)
        }
        return true
      } catch {
        #expect(!error.description.contains("\n"))
      }
    } catch {
      #expect(error.description.hasPrefix(path) && !error.description.contains("\n"), "\(error)")
    }
    return false
  }

  /// Damages copies of `bytes`, every second in its first `header` bytes alone, and has `write` put each where it is loaded from.
  private func damage(_ bytes: [UInt8], header: Int, at path: String, write: ([UInt8]) throws -> Void) throws {
    try write(bytes)
    #expect(try runs(path))
    var sound = 0
    for seed in 0..<Self.copies {
      let part = seed.isMultiple(of: 2) ? header : bytes.count
      try write(Damage.damage(Array(bytes.prefix(part)), seed: seed) + bytes.dropFirst(part))
      if try runs(path) { sound += 1 }
    }
    #expect(0 < sound && sound < Int(Self.copies))
  }

  @Test(.timeLimit(.minutes(5)), arguments: TinyModel.allCases)
  func configurations(_ model: TinyModel) throws {
    try model.write(to: folder)
    let bytes = Array(model.configuration.utf8)
    try damage(bytes, header: bytes.count, at: folder.path) { try folder.write("config.json", $0) }
  }

  @Test(.timeLimit(.minutes(5)), arguments: TinyModel.allCases)
  func safetensors(_ model: TinyModel) throws {
    try model.write(to: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder.path)/model.safetensors")))
    try damage(bytes, header: 1200, at: folder.path) { try folder.write("model.safetensors", $0) }
  }

  @Test(.timeLimit(.minutes(5)))
  func gguf() throws {
    let bytes = GGUFBuilder.tinyModel.bytes
    try damage(bytes, header: 1500, at: "\(folder.path)/model.gguf") { try folder.write("model.gguf", $0) }
  }

  /// The tokenizer of scores, which the model above does not have.
  @Test(.timeLimit(.minutes(5)))
  func scores() throws {
    var builder = GGUFBuilder.tinyModel
    builder.metadata.removeAll { $0.key.hasPrefix("tokenizer.") }
    builder.metadata += [
      ("tokenizer.ggml.model", .string("llama")),
      (
        "tokenizer.ggml.tokens",
        .array(["<unk>", "<s>", "</s>", "a", "b", "ab", "\u{2581}", "\u{2581}ab"].map { .string($0) })
      ),
      ("tokenizer.ggml.token_type", .array([2, 3, 3, 1, 1, 1, 1, 1].map { .int32($0) })),
      ("tokenizer.ggml.scores", .array([0, 0, 0, -4, -5, -1, -3, -2].map { .float32($0) })),
      ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.eos_token_id", .uint32(2)),
    ]
    let bytes = builder.bytes
    try damage(bytes, header: 1500, at: "\(folder.path)/model.gguf") { try folder.write("model.gguf", $0) }
  }

  /// Tensors that their file does not align are copied, which is said, and the model is the same.
  @Test func unalignedTensorsAreCopied() throws {
    try TinyModel.gemma3.write(to: folder)
    let path = "\(folder.path)/model.safetensors"
    let tokens = Array(1...9)
    let aligned = try Session(LanguageModel(folder: folder.path), .testing(.full))
    #expect(aligned.notes.isEmpty)
    try aligned.prefill(tokens)
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let count = 8 + bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    bytes.insert(UInt8(ascii: " "), at: count)
    bytes.replaceSubrange(0..<8, with: GGUFBuilder.bytes(UInt64(count - 7)))
    try folder.write("model.safetensors", bytes)
    let copied = try Session(LanguageModel(folder: folder.path), .testing(.full))
    #expect(
      copied.notes == [
        "model.embed_tokens.weight and 14 more tensors are not aligned in the file and had to be copied: "
          + "\(copied.model.weightBytes) bytes"
      ])
    try copied.prefill(tokens)
    #expect(copied.logits == aligned.logits)
    copied.reset()
    #expect(copied.notes.count == 1)
  }
}
