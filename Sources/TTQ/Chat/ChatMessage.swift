/// One message of a conversation.
public struct ChatMessage: Hashable, Sendable {
  public enum Role: String, Hashable, Sendable {
    /// Instructions, before everything else.
    case system
    case user
    /// The model.
    case assistant
  }

  public var role: Role
  public var content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}
