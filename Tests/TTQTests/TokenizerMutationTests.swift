import Foundation
import TTQ
import Testing

/// Damaged tokenizer files: an error of one line, or a tokenizer that runs; never a crash or a hang.
@Suite struct TokenizerMutationTests {
  /// A folder's files, of which one is damaged.
  struct Files: Sendable, CustomTestStringConvertible {
    let damaged: String
    let bytes: [UInt8]
    var others: [String: String] = [:]
    let copies: Int

    var testDescription: String { damaged }
  }

  /// The demo model's whole file, and small ones of every form, in which a wound hits more than the vocabulary.
  static let files = [
    Files(
      damaged: "tokenizer.json",
      bytes: (try? Data(contentsOf: URL(filePath: "\(TestData.demoModel)/tokenizer.json"))).map(Array.init) ?? [],
      copies: 60),
    Files(
      damaged: "tokenizer.json",
      bytes: Array(
        #"""
        {"added_tokens":[{"id":11,"content":"<x>","special":true,"lstrip":true},{"id":12,"content":"!?"}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend","prepend":"▁"},
        {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
        {"type":"Split","behavior":"MergedWithPrevious","pattern":{"String":"."}},
        {"type":"Split","behavior":"Isolated","pattern":{"Regex":"(?i:'s)|\\s+(?!\\S)|[^\\s]{1,3}"}},
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<x>"}},{"Sequence":{"id":"A"}}],
        "special_tokens":{"<x>":{"ids":[11]}}},
        "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
        {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","unk_token":"u","byte_fallback":true,"fuse_unk":true,"ignore_merges":false,
        "vocab":{"u":0,"a":1,"b":2,"ab":3,"▁":4,"▁ab":5,"<0x0A>":6,"é":7,"aba":8,"1":9,".":10},
        "merges":["a b",["▁","ab"],"ab a"]}}
        """#.utf8),
      copies: 200),
    Files(
      damaged: "vocab.json", bytes: Array(#"{"a":0,"Ġ":1,"Ġa":2,"Ġaa":3,"<|endoftext|>":4,"b":5,"ab":6}"#.utf8),
      others: ["merges.txt": "#version: 0.2\nĠ a\nĠa a\na b\n"], copies: 100),
    Files(
      damaged: "merges.txt", bytes: Array("#version: 0.2\nĠ a\nĠa a\na b\n".utf8),
      others: ["vocab.json": #"{"a":0,"Ġ":1,"Ġa":2,"Ġaa":3,"<|endoftext|>":4,"b":5,"ab":6}"#], copies: 100),
    Files(
      damaged: "tokenizer_config.json",
      bytes: Array(
        #"""
        {"add_bos_token":true,"bos_token":{"content":"<s>"},"tokenizer_class":"GPT2Tokenizer","add_prefix_space":false,
        "added_tokens_decoder":{"7":{"content":"<s>","special":true},"8":{"content":"<e>","rstrip":true}}}
        """#.utf8),
      others: ["vocab.json": #"{"a":0,"Ġ":1,"b":5,"ab":6}"#, "merges.txt": "a b\n"], copies: 100),
    Files(
      damaged: "tokenizer.model", bytes: Array("Yg== 0\nIA== 1\nYWI= 2\nIGFi 3\nYQ== 4\n4pmA 5\n".utf8), copies: 100),
  ]

  @Test(.timeLimit(.minutes(1)), arguments: files)
  func errorOrRun(_ files: Files) throws {
    let folder = try TestFolder()
    for (name, text) in files.others { try folder.write(name, text) }
    let text = "ab  aba <x>.1'S \u{1F98B}é\n!? abab"
    var runs = 0
    for seed in 0..<UInt64(files.copies) {
      try folder.write(files.damaged, Damage.damage(files.bytes, seed: seed))
      do throws(ModelFileError) {
        let tokenizer = try Tokenizer(folder: folder.path)
        do throws(TokenizerError) {
          let ids = try tokenizer.encode(text, special: true, template: true)
          #expect(ids.allSatisfy { (0..<tokenizer.count).contains($0) })
          _ = tokenizer.decode(ids, special: true)
          runs += 1
        } catch {
          #expect(!error.description.contains("\n"))
        }
      } catch {
        #expect(error.description.hasPrefix(folder.path) && !error.description.contains("\n"))
      }
    }
    #expect(runs < files.copies)
  }
}
