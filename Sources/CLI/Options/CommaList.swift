internal import ArgumentParser

/// Several values of an option with commas between.
struct CommaList<Element: ExpressibleByArgument & CustomStringConvertible>: ExpressibleByArgument {
  let values: [Element]

  init(_ values: [Element]) { self.values = values }

  init?(argument: String) {
    var values: [Element] = []
    for field in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Element(argument: String(field)) else { return nil }
      values.append(value)
    }
    self.values = values
  }

  var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }
}
