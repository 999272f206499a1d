package import Records

/// The code behind a variant that won.
package struct WinnerCode: Hashable, Sendable {
  package var family: FamilyName
  package var variant: String
  /// What it does, in a few words.
  package var summary: String
  /// The source file within the package, and its path relative to the report where it can be reached from there.
  package var file: String
  package var link: String?
  /// The function that was disassembled.
  package var symbol: String?
  /// The innermost loop that does the work, an instruction a line; empty where `absent` says why.
  package var loop: [String]
  /// Instructions of the whole loop, of which `loop` may hold the beginning.
  package var instructions: Int
  package var absent: String?

  package init(
    family: FamilyName, variant: String, summary: String, file: String, link: String?, symbol: String? = nil,
    loop: [String] = [], instructions: Int = 0, absent: String? = nil
  ) {
    self.family = family
    self.variant = variant
    self.summary = summary
    self.file = file
    self.link = link
    self.symbol = symbol
    self.loop = loop
    self.instructions = instructions
    self.absent = absent
  }
}
