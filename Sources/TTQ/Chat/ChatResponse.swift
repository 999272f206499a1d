/// The pieces of an answer, each computed when it is asked for.
///
/// Leaving the loop, or cancelling its task, ends the answer; what came so far stays in the conversation.
public struct ChatResponse: AsyncSequence {
  public typealias Element = String
  public typealias Failure = EngineError

  let chat: ChatSession
  let prompt: String

  public func makeAsyncIterator() -> Iterator { Iterator(chat: chat, prompt: prompt) }

  public struct Iterator: AsyncIteratorProtocol {
    let chat: ChatSession
    let prompt: String
    /// nil before the prompt ran.
    private var turn: Int?

    init(chat: ChatSession, prompt: String) {
      self.chat = chat
      self.prompt = prompt
    }

    /// The next piece that is not empty; nil after the last.
    ///
    /// A token's work runs where the caller runs; other tasks get their turn after each.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(EngineError) -> String? {
      let turn = if let turn { turn } else { try chat.begin(prompt) }
      self.turn = turn
      while !Task.isCancelled, let token = try chat.next(ofTurn: turn) {
        await Task.yield()
        if !token.text.isEmpty { return token.text }
      }
      chat.finish(turn: turn)
      return nil
    }
  }
}
