import Foundation
import TTQ
import Testing

/// Tokenizer files, small and hostile.
@Suite struct TokenizerFileTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func json(
    model: String = #""type":"BPE","byte_fallback":true,"fuse_unk":true,"unk_token":"<unk>""#,
    vocabulary: String = #"{"<unk>":0,"a":1,"b":2,"ab":3,"aba":4,"<0x0A>":5,"▁":6,"<s>":7}"#,
    merges: String = #"["a b",["ab","a"]]"#, rest: String = ""
  ) -> String { "{\"model\":{\(model),\"vocab\":\(vocabulary),\"merges\":\(merges)}\(rest)}" }

  private func tokenizer(_ json: String) throws -> Tokenizer {
    try folder.write("tokenizer.json", json)
    return try Tokenizer(folder: folder.path)
  }

  @Test func mergesLeftmostFirst() throws {
    let tokenizer = try tokenizer(json())
    #expect(try tokenizer.encode("ababa") == [3, 4])
    #expect(try tokenizer.encode("aabab") == [1, 3, 3])
    #expect(try tokenizer.encode("a\nb\u{301}xé") == [1, 5, 2, 0])
    #expect(tokenizer.decode([3, 4]) == "ababa")
  }

  @Test func templateAroundTheText() throws {
    let post = #"""
      ,"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
      "single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}}],
      "special_tokens":{"<s>":{"ids":[7]},"</s>":{"ids":[0]}}}]}
      """#
    let tokenizer = try tokenizer(json(rest: post))
    #expect(try tokenizer.encode("ab") == [3])
    #expect(try tokenizer.encode("ab", template: true) == [7, 3, 0])
  }

  @Test func configurationGivesTheTemplate() throws {
    try folder.write("tokenizer_config.json", #"{"add_bos_token":true,"bos_token":{"content":"<s>"}}"#)
    #expect(try tokenizer(json()).encode("ab", template: true) == [7, 3])
  }

  @Test func stripsOneSpaceOffTheText() throws {
    let rest = #"""
      ,"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
      {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"decoder":{"type":"Sequence","decoders":[
      {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
      {"type":"Strip","content":" ","start":1,"stop":0}]}
      """#
    let tokenizer = try tokenizer(json(rest: rest))
    let ids = try tokenizer.encode(" ab a\n")
    #expect(ids == [6, 6, 3, 6, 1, 5])
    #expect(tokenizer.decode(ids) == " ab a\n")
    var stream = tokenizer.stream(continuing: true)
    #expect(stream.append(6) + stream.append(3) == " ab")
  }

  @Test func addedTokensLongestFirstWithTheirSpaces() throws {
    let rest = #"""
      ,"added_tokens":[{"id":10,"content":"<x>","special":true,"lstrip":true,"rstrip":true},
      {"id":11,"content":"<x>y"}]
      """#
    let tokenizer = try tokenizer(json(rest: rest))
    #expect(try tokenizer.encode("ab  <x> ab<x>ya", special: true) == [3, 10, 3, 11, 1])
    #expect(tokenizer.count == 12)
  }

  @Test func wholeWordsBeforeMerges() throws {
    let model = #""type":"BPE","ignore_merges":true"#
    #expect(try tokenizer(json(model: model, merges: "[]")).encode("aba") == [4])
  }

  @Test func patternThatNeverEnds() throws {
    let split = #","pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(a+)+[bc]d"}}"#
    let tokenizer = try tokenizer(json(rest: split))
    #expect(throws: TokenizerError.self) { try tokenizer.encode(String(repeating: "a", count: 60) + "d") }
  }

  @Test func vocabularyAndMergesFiles() throws {
    try folder.write("vocab.json", #"{"a":0,"Ġ":1,"Ġa":2,"Ġaa":3,"<|endoftext|>":4,"#)
    #expect(throws: ModelFileError.self) { try Tokenizer(folder: folder.path) }
    try folder.write("vocab.json", #"{"a":0,"Ġ":1,"Ġa":2,"Ġaa":3,"<|endoftext|>":4}"#)
    #expect(throws: ModelFileError.self) { try Tokenizer(folder: folder.path) }
    try folder.write("merges.txt", "#version: 0.2\r\nĠ a\r\nĠa a\r\n\r\n")
    let tokenizer = try Tokenizer(folder: folder.path)
    #expect(try tokenizer.encode("a aa<|endoftext|>", special: true) == [0, 3, 4])
    #expect(throws: TokenizerError.notInVocabulary("<0x62>")) { try tokenizer.encode("b") }
  }

  @Test(arguments: [
    ("", "byte 0 of 0"),
    ("[1]", "expected an object"),
    (#"{"model":{"vocab":{"a":0},"mer"#, "end of a string"),
    ("{\"a\":\"\u{1}\"}", "control character"),
    (String(repeating: "[", count: 100_000), "64 levels"),
    (#"{"a":"\ud800x"}"#, "surrogate"),
    (#"{"a":1e999}"#, "a value"),
    (#"{"model":{"type":"Unigram"}}"#, "supported: BPE"),
    (#"{"model":{"vocab":[]}}"#, "model.vocab"),
    (#"{"model":{"vocab":{}}}"#, "model.vocab"),
    (#"{"model":{"vocab":{"a":-1},"merges":[]}}"#, "an id in"),
    (#"{"model":{"vocab":{"a":4194304},"merges":[]}}"#, "an id in"),
    (#"{"model":{"vocab":{"a":1.5},"merges":[]}}"#, "an id in"),
    (#"{"model":{"vocab":{"a":"1"},"merges":[]}}"#, "token \"a\""),
    (#"{"model":{"vocab":{"a":1,"b":1},"merges":[]}}"#, "id 1 twice"),
    (#"{"model":{"vocab":{"a":1,"a":2},"merges":[]}}"#, "one id for token"),
    (#"{"model":{"vocab":{"a":1}}}"#, "model.merges"),
    (#"{"model":{"vocab":{"a":1},"merges":["a c"]}}"#, "\"c\""),
    (#"{"model":{"vocab":{"a":1},"merges":["a a"]}}"#, "\"aa\""),
    (#"{"model":{"vocab":{"a":1},"merges":["a"]}}"#, "two tokens"),
    (#"{"model":{"vocab":{"a":1},"merges":[["a",1,2]]}}"#, "two tokens"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"added_tokens":[{"id":1,"content":"b"}]}"#, "id 1 twice"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"added_tokens":[{"id":2}]}"#, "content"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"normalizer":{"type":"Lowercase"}}"#, "\"Lowercase\" is not supported"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"normalizer":3}"#, "normalizer.type"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"pre_tokenizer":{"type":"Whitespace"}}"#, "\"Whitespace\" is not"),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"pre_tokenizer":{"type":"Metaspace"}}"#, "pre_tokenizer.replacement"),
    (
      #"{"model":{"vocab":{"a":1},"merges":[]},"pre_tokenizer":{"type":"Metaspace","replacement":"_","prepend_scheme":"x"}}"#,
      "always first never"
    ),
    (
      #"{"model":{"vocab":{"a":1},"merges":[]},"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"("}}}"#,
      "PCRE2"
    ),
    (#"{"model":{"vocab":{"a":1},"merges":[]},"decoder":{"type":"WordPiece"}}"#, "\"WordPiece\" is not"),
    (#"{"model":{"vocab":{"a":1},"merges":[],"unk_token":"u"}}"#, "unk_token"),
  ])
  func hostileFiles(_ text: String, _ part: String) throws {
    try expectLine(part) { try tokenizer(text) }
  }

  /// Spaces as marks, one before the text or, by the scheme, before every stretch of it; Llama 2's newer files.
  @Test(arguments: [("always", [6, 3, 7, 6, 1]), ("first", [6, 3, 7, 1]), ("never", [3, 7, 1])])
  func metaspace(_ scheme: String, _ expected: [Int]) throws {
    let step = #""type":"Metaspace","replacement":"▁","prepend_scheme":"\#(scheme)","split":true"#
    let rest =
      #","pre_tokenizer":{\#(step)},"decoder":{\#(step)},"added_tokens":[{"id":7,"content":"<s>","special":true}]"#
    let tokenizer = try tokenizer(json(rest: rest))
    #expect(try tokenizer.encode("ab<s>a", special: true) == expected)
    #expect(try tokenizer.encode(" ab  a") == [6, 3, 6, 6, 1])
    let ids = try tokenizer.encode("ab  a")
    #expect(tokenizer.decode(ids) == "ab  a")
  }

  /// Gemma's pre-tokenizer: a text as pattern, which ends its word.
  @Test func splitsAfterAText() throws {
    let rest = #","pre_tokenizer":{"type":"Split","behavior":"MergedWithPrevious","pattern":{"String":"."}}"#
    let vocabulary = #"{"a":0,".":1,"a.":2,".a":3,"aa":4}"#
    let tokenizer = try tokenizer(
      json(model: #""type":"BPE""#, vocabulary: vocabulary, merges: #"[". a","a .","a a"]"#, rest: rest))
    #expect(try tokenizer.encode("aa.a.") == [0, 2, 2])
    #expect(try tokenizer.encode("..a") == [1, 1, 0])
  }

  /// Added tokens that are not special are found in any text, special ones only when asked for.
  @Test func ordinaryAddedTokensAreAlwaysFound() throws {
    let tokenizer = try tokenizer(
      json(rest: #","added_tokens":[{"id":10,"content":"<x>"},{"id":7,"content":"<s>","special":true}]"#))
    #expect(try tokenizer.encode("a<x>b") == [1, 10, 2])
    #expect(try !tokenizer.encode("a<s>b").contains(7))
    #expect(tokenizer.decode([1, 10, 7]) == "a<x>")
  }

  /// OPT's files: GPT-2's words, and markers that only the configuration names.
  @Test func markersOfTheConfiguration() throws {
    try folder.write("vocab.json", #"{"a":0,"</s>":1,"<pad>":2}"#)
    try folder.write("merges.txt", "#version: 0.2\n")
    try folder.write(
      "tokenizer_config.json",
      #"""
      {"tokenizer_class":"GPT2Tokenizer","add_bos_token":true,"bos_token":{"content":"</s>"},"pad_token":"<pad>"}
      """#)
    let tokenizer = try Tokenizer(folder: folder.path)
    #expect(try tokenizer.encode("aa", template: true) == [1, 0, 0])
    #expect(try tokenizer.encode("a<pad>", special: true) == [0, 2])
    try folder.write("tokenizer_config.json", #"{"tokenizer_class":"T5Tokenizer"}"#)
    try expectLine("GPT2Tokenizer Qwen2Tokenizer") { try Tokenizer(folder: folder.path) }
  }

  /// "a" "b" " " "ab" " ab", "a" last: the rank of a token says when it is made.
  @Test func tiktokenRanks() throws {
    try folder.write("tokenizer.model", "Yg== 0\nIA== 1\nYWI= 2\nIGFi 3\nYQ== 4\n")
    let tokenizer = try Tokenizer(folder: folder.path)
    #expect(try tokenizer.encode("ab ab ba") == [2, 3, 1, 0, 4])
    #expect(try tokenizer.encode("a<|eot_id|>", special: true, template: true) == [5, 4, 14])
    #expect(tokenizer.decode([5, 2, 3, 14]) == "ab ab" && tokenizer.count == 261)
  }

  @Test(arguments: [
    "", "YQ==", "YQ== x", "YQ== -1", "YQ== 4194304", "YQ 0", "Y=Q= 0", "====  0", "YQ== 0 0", "\u{1}\n",
    "YQ== 0\nYQ== 1",
    "YQ== 0\nYg== 0", String(repeating: "YWFh", count: 200) + " 0",
  ])
  func hostileRanks(_ text: String) throws {
    try folder.write("tokenizer.model", text)
    try expectLine("expected") { try Tokenizer(folder: folder.path) }
  }

  @Test func noTokenizer() throws {
    try expectLine("expected tokenizer.json, vocab.json, tokenizer.model") { try Tokenizer(folder: folder.path) }
    try FileManager.default.createDirectory(atPath: "\(folder.path)/tokenizer.json", withIntermediateDirectories: true)
    try expectLine("is a directory") { try Tokenizer(folder: folder.path) }
  }
}

/// Expects an error of one line that holds `part`.
func expectLine<Value: ~Copyable>(
  _ part: String, _ location: SourceLocation = #_sourceLocation, from body: () throws -> Value
) throws {
  do {
    _ = try body()
    Issue.record("no error, expected \(part)", sourceLocation: location)
  } catch let error as ModelFileError {
    #expect(error.description.contains(part), "\(error)", sourceLocation: location)
    #expect(!error.description.contains("\n"), sourceLocation: location)
  }
}
