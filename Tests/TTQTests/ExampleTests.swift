import Foundation
import TTQ
import Testing

/// The example of the documentation, as it stands there.
@Suite struct ExampleTests {
  // swift-format-ignore
  @Test func runs() async throws {
    let folder = TestData.demoModel
    // example
    let model = try LanguageModel(folder: folder)
    var parameters = GenerateParameters()
    parameters.maxTokens = 40
    parameters.temperature = 0.8
    parameters.topP = 0.9
    let chat = try ChatSession(
      model, instructions: "You tell short stories.", generateParameters: parameters, template: .named("chatml"))
    var story = ""
    for try await piece in chat.streamResponse(to: "Tell me of the sea.") {
      story += piece
    }
    let end = try await chat.respond(to: "How does it end?")
    // end
    #expect(!story.isEmpty && chat.messages.last?.content == end)
  }

  @Test func standsInTheDocumentation() throws {
    let page = try TestData.text(TestData.package.appending(path: "Sources/TTQ/TTQ.docc/TTQ.md").path)
    let code = try TestData.text(#filePath).components(separatedBy: "    // example\n")[1]
      .components(separatedBy: "    // end\n")[0]
    let lines = code.split(separator: "\n").map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(page.contains("```swift\n\(lines)\n```"))
  }
}
