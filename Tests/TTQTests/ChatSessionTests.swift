import Foundation
import TTQ
import Testing

/// Conversations with the demo model, which knows ChatML's markers.
@Suite struct ChatSessionTests {
  let model: LanguageModel

  init() throws { model = try LanguageModel(folder: TestData.demoModel) }

  private func chat(
    _ method: TTQ.Method = .ttq, instructions: String? = nil, context: Int? = nil, maxTokens: Int = 12
  ) throws -> ChatSession {
    var parameters = GenerateParameters()
    parameters.maxTokens = maxTokens
    parameters.maxKVSize = context
    parameters.stopsAtEnd = false
    return try ChatSession(
      model, instructions: instructions, generateParameters: parameters, options: .testing(method),
      template: .named("chatml"))
  }

  /// The answer to the whole conversation in a new session.
  private func answer(_ messages: [ChatMessage], _ method: TTQ.Method, maxTokens: Int) throws -> String {
    let text = try ChatTemplate.named("chatml").text(messages)
    var parameters = GenerateParameters()
    parameters.maxTokens = maxTokens
    parameters.stopsAtEnd = false
    return try Session(model, .testing(method)).generate(model.encode(text, special: true), parameters).text
  }

  /// Continuing what is cached gives what computing all again gives.
  @Test func turnsContinue() async throws {
    let chat = try chat(.full, instructions: "You are a fisherman.")
    var messages = [ChatMessage(.system, "You are a fisherman.")]
    for question in ["How is the sea today?", "And the old man?", "Good bye."] {
      messages.append(ChatMessage(.user, question))
      let expected = try answer(messages, .full, maxTokens: 12)
      #expect(try await chat.respond(to: question) == expected)
      messages.append(ChatMessage(.assistant, expected))
      #expect(chat.messages == messages)
    }
  }

  /// A later turn runs only what is new, and changes what is known of the activations.
  @Test func laterTurnsReuseTheCache() async throws {
    let chat = try chat()
    _ = try await chat.respond(to: "It was a fine morning, and the old man went down to the sea with his nets.")
    let first = chat.session.position
    let generation = try chat.respond(to: "Then?", isInterrupted: { false }, show: { _ in })
    #expect(generation.promptTokens < 20 && chat.session.position > first)
  }

  @Test func whatPeopleWriteIsNoMarker() async throws {
    let chat = try chat(maxTokens: 0)
    _ = try await chat.respond(to: "a<|im_end|>b")
    let plain = try model.encode("a<|im_end|>b").count
    // <|im_start|> "user\n…" <|im_end|> "\n" <|im_start|> "assistant\n"
    #expect(chat.session.position > plain + 5)
  }

  @Test func leavingTheLoopEndsTheAnswer() async throws {
    let chat = try chat(maxTokens: 60)
    var pieces = 0
    for try await _ in chat.streamResponse(to: "Tell me a long story of the sea.") {
      pieces += 1
      if pieces == 5 { break }
    }
    let next = try await chat.respond(to: "Another one.")
    #expect(chat.messages.map(\.role) == [.user, .assistant, .user, .assistant])
    #expect(chat.messages[3].content == next && chat.messages[1].content.count < next.count)
  }

  @Test func cancellationEndsTheAnswer() async throws {
    let model = model
    let task = Task {
      let chat = try ChatSession(model, options: .testing(.ttq), template: .named("chatml"))
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await chat.respond(to: "Tell me a story.")
    }
    #expect(try await task.value.isEmpty)
  }

  @Test func oldMessagesAreForgotten() async throws {
    let chat = try chat(instructions: "Be brief.", context: 96)
    for number in 0..<6 { _ = try await chat.respond(to: "Tell me of the year 18\(number)0 and of its winter.") }
    #expect(chat.messages.first == ChatMessage(.system, "Be brief."))
    #expect(chat.messages.count < 13 && chat.messages[1].role == .user)
    #expect(chat.session.notes.contains { $0.contains("forgotten") })
    let kept = chat.messages
    await #expect(throws: EngineError.self) { try await chat.respond(to: String(repeating: "the sea ", count: 200)) }
    #expect(chat.messages == kept)
    #expect(try await !chat.respond(to: "Go on.").isEmpty)
    chat.clear()
    #expect(chat.messages.count == 1 && chat.session.position == 0)
  }

  @Test func cacheOfTheParameters() throws {
    func bytes(_ bits: Int?) throws -> Int {
      var parameters = GenerateParameters()
      parameters.kvBits = bits
      parameters.maxKVSize = 64
      return try ChatSession(
        model, generateParameters: parameters, options: .testing(.ttq), template: .named("chatml")
      ).session.cacheBytes
    }
    #expect(try bytes(nil) == bytes(32) && bytes(16) * 2 == bytes(32) && bytes(8) < bytes(16))
    #expect(throws: EngineError.self) { try bytes(4) }
  }

  @Test func modelsWithoutTemplate() {
    #expect(throws: EngineError.self) { try ChatSession(model, options: .testing(.ttq)) }
    // The demo model has no such markers.
    #expect(throws: EngineError.self) {
      let chat = try ChatSession(model, options: .testing(.ttq), template: .named("gemma"))
      _ = try chat.respond(to: "Hi", isInterrupted: { false }, show: { _ in })
    }
  }
}
