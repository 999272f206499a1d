import Foundation
import TTQ
import Testing

/// What templates write, against transformers' `apply_chat_template` with the texts of the models' own templates.
@Suite struct ChatTemplateTests {
  struct Vector: Decodable, Sendable {
    struct Message: Decodable, Sendable {
      let role: String
      let content: String
    }

    let template: String
    /// Of the template's text.
    let hash: String
    let messages: [Message]
    /// nil where the template refuses the conversation.
    let rendered: String?
    let thinking: Bool?
  }

  static let vectors: [Vector] = {
    let path = TestData.package.appending(path: "Tests/TTQTests/Golden/chat_templates.json")
    return (try? JSONDecoder().decode([Vector].self, from: Data(contentsOf: path))) ?? []
  }()

  @Test(arguments: Set(vectors.map(\.template)).sorted())
  func writesWhatTransformersWrites(_ name: String) throws {
    let vectors = Self.vectors.filter { $0.template == name }
    #expect(vectors.count >= 6)
    for vector in vectors {
      let template = try #require(ChatTemplate.all.first { $0.hashes.contains(vector.hash) })
      let messages = vector.messages.map { message in
        ChatMessage(ChatMessage.Role(rawValue: message.role) ?? .user, message.content)
      }
      var settings = ChatSettings()
      settings.thinking = vector.thinking ?? true
      settings.date = "TODAY"
      if let rendered = vector.rendered {
        #expect(try template.text(messages, settings).utf8.elementsEqual(rendered.utf8), "\(messages)")
      } else {
        #expect(throws: EngineError.self) { try template.text(messages, settings) }
      }
    }
  }

  @Test func everyTemplateHasVectorsAndItsOwnName() {
    let hashes = Set(Self.vectors.map(\.hash))
    #expect(Set(ChatTemplate.all.map(\.name)).count == ChatTemplate.all.count)
    #expect(ChatTemplate.all.flatMap(\.hashes).allSatisfy(hashes.contains))
  }

  @Test func unknownTemplatesAreNamed() {
    // The hash of "abc" is a test vector of FIPS 180.
    #expect {
      try ChatTemplate.recognised("abc\n")
    } throws: { error in
      let line = "\(error)"
      return line.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        && line.contains("chatml")
    }
    #expect(throws: EngineError.self) { try ChatTemplate.named("qwen9") }
  }

  @Test(.enabled(if: TestData.hasShared, "needs ../shared/data"))
  func recognisesTheOriginal() throws {
    let text = try TestData.text(TestData.shared("tokenizers/qwen3/chat_template.jinja"))
    #expect(try ChatTemplate.recognised(text).name == "qwen3")
    #expect(try ChatTemplate.recognised(text + "\n").name == "qwen3")
    #expect(throws: EngineError.self) { try ChatTemplate.recognised(text + " ") }
  }

  @Test func turnsMustAlternate() {
    let twice = [ChatMessage(.user, "a"), ChatMessage(.user, "b")]
    for name in ["llama2", "gemma", "gemma3"] {
      #expect(throws: EngineError.self) { try ChatTemplate.named(name).text(twice) }
    }
  }
}
