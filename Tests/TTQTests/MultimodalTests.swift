import Records
import TTQ
import Testing

/// Folders of models that see: their text part is the model.
@Suite struct MultimodalTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// The text part's settings and tensors moved to where transformers 4 and 5 keep them give the same logits.
  @Test(
    .enabled(if: TestData.hasShared, "needs ../shared/data/models"),
    arguments: ["language_model.model.", "model.language_model."])
  func textPartOfGemma3(_ prefix: String) throws {
    let source = TestData.shared("models/reference-architectures/gemma3")
    try folder.write(
      "config.json",
      """
      {"architectures":["Gemma3ForConditionalGeneration"],"vision_config":{"hidden_size":8},
      "text_config":\(try TestData.text("\(source)/config.json"))}
      """)
    let tensors = try SafetensorsFile(path: "\(source)/model.safetensors")
    var writer = SafetensorsWriter()
    for name in tensors.names {
      let tensor = try tensors.tensor(name)
      #expect(name.hasPrefix("model."))
      writer.add(prefix + name.dropFirst("model.".count), shape: tensor.shape, values: tensor.floats())
    }
    let other = prefix.hasPrefix("model.") ? "model." : ""
    writer.add("\(other)vision_tower.vision_model.post_layernorm.weight", shape: [2], values: [1, .nan])
    writer.add("\(other)multi_modal_projector.mm_soft_emb_norm.weight", shape: [1], values: [1])
    try writer.write(path: "\(folder.path)/model.safetensors")

    let tokens = try SafetensorsFile(path: "\(source)/reference.safetensors").integers("tokens")
    let session = try Session(LanguageModel(folder: folder.path), .testing(.full))
    let plain = try Session(LanguageModel(folder: source), .testing(.full))
    #expect(try session.prefillAll(tokens) == plain.prefillAll(tokens))
    #expect(plain.notes.isEmpty)
    #expect(session.notes == ["text alone is read: the 2 tensors for pictures are left out"])
  }

  private func configuration(_ text: String) throws -> ModelConfiguration {
    try folder.write("config.json", text)
    return try ModelConfiguration(folder: folder.path)
  }

  /// As the files of 4B say it: little, and the end of a text beside the part.
  @Test func defaultsOfTheTextPart() throws {
    let found = try configuration(
      """
      {"architectures":["Gemma3ForConditionalGeneration"],"eos_token_id":[1,106],"torch_dtype":"bfloat16","text_config":{
      "hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"rope_scaling":{"factor":8.0,
      "rope_type":"linear"},"sliding_window":1024}}
      """)
    #expect(found.architecture == .gemma3 && found.hiddenSize == 2560 && found.layers == 34)
    #expect(found.heads == 8 && found.keyValueHeads == 4 && found.headDimension == 256)
    #expect(found.intermediateSize == 10240 && found.vocabularySize == 262_208 && found.normEpsilon == 1e-6)
    #expect(found.rotary == RotaryParameters(theta: 1_000_000, scaling: .linear(8)) && found.scoreScalar == 256)
    #expect(found.sliding?.window == 1024 && found.sliding?.rotary == RotaryParameters(theta: 10_000))
    #expect(found.sliding?.isSliding.count { !$0 } == 5 && found.maxPositions == 131_072)
    #expect(found.tieWordEmbeddings && found.element == .bf16 && found.bosToken == 2 && found.eosTokens == [1, 106])
  }

  @Test func hostileTextParts() throws {
    func expect(_ part: String, _ members: String) throws {
      try expectLine(part) {
        try configuration("{\"architectures\":[\"Gemma3ForConditionalGeneration\"]\(members)}")
      }
    }
    try expect("text_config: expected an object, found nothing", "")
    try expect("text_config: expected an object, found 7", #","text_config":7"#)
    try expect("text_config.hidden_size: expected an integer", #","text_config":{"hidden_size":0}"#)
    try expect("quantization_config", #","text_config":{},"quantization_config":{}"#)
    try expectLine("supported: LlamaForCausalLM") {
      try configuration(#"{"architectures":["Qwen2VLForConditionalGeneration"],"text_config":{}}"#)
    }
  }
}
