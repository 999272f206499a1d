/// What is needed to make the report again.
package struct Provenance: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// What it holds, in words.
    package var title: String
    /// Relative to the report.
    package var path: String
    package var bytes: Int?

    package init(title: String, path: String, bytes: Int?) {
      self.title = title
      self.path = path
      self.bytes = bytes
    }
  }

  /// The commit of the package that wrote the report, with a word where the tree had changes; nil where git does not tell.
  package var commit: String?
  /// Command lines in the order to run them.
  package var commands: [String]
  package var files: [File]
  /// Things that are not there, and why.
  package var absent: [String]

  package init(commit: String?, commands: [String], files: [File], absent: [String] = []) {
    self.commit = commit
    self.commands = commands
    self.files = files
    self.absent = absent
  }
}
