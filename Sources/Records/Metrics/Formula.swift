/// An arithmetic expression over named values: numbers, names, `+ - * /` and parentheses.
package struct Formula: Hashable, Sendable {
  private indirect enum Node: Hashable, Sendable {
    case number(Double)
    case name(String)
    case operation(UInt8, Node, Node)
  }

  private let root: Node
  /// Every name in it, once, in the order of first use.
  package let names: [String]

  /// Parses `text`; the error says what was expected where.
  package init(_ text: String) throws(FormulaError) {
    var parser = Parser(text: Array(text.utf8))
    root = try parser.sum(depth: 0)
    parser.skipBlanks()
    guard parser.isAtEnd else { throw parser.expected("an operator or the end") }
    names = parser.names
  }

  /// The value where every name has one in `values`; nil where one is missing or the result is not finite, as after a division by zero.
  package func value(_ values: [String: Double]) -> Double? {
    guard let value = Self.value(root, values), value.isFinite else { return nil }
    return value
  }

  private static func value(_ node: Node, _ values: [String: Double]) -> Double? {
    switch node {
    case .number(let number): return number
    case .name(let name): return values[name]
    case .operation(let sign, let left, let right):
      guard let left = value(left, values), let right = value(right, values) else { return nil }
      return switch sign {
      case UInt8(ascii: "+"): left + right
      case UInt8(ascii: "-"): left - right
      case UInt8(ascii: "*"): left * right
      default: left / right
      }
    }
  }

  /// Recursive descent: sum = product (+|- product)*, product = atom (*|/ atom)*, atom = number | name | (sum).
  private struct Parser {
    let text: [UInt8]
    var place = 0
    var names: [String] = []

    /// Operations of one formula at most: what reads and evaluates it recurses.
    private static let limit = 64
    private var operations = 0

    init(text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { place == text.count }

    mutating func skipBlanks() {
      while !isAtEnd, text[place] == UInt8(ascii: " ") || text[place] == UInt8(ascii: "\t") { place += 1 }
    }

    func expected(_ what: String) -> FormulaError {
      let rest = String(decoding: text[place...].prefix(20), as: UTF8.self)
      return FormulaError(expected: what, found: isAtEnd ? "the end" : "`\(rest)`")
    }

    mutating func sum(depth: Int) throws(FormulaError) -> Node {
      var node = try product(depth: depth)
      while let sign = operatorSign("+-") { node = try combine(sign, node, try product(depth: depth)) }
      return node
    }

    private mutating func product(depth: Int) throws(FormulaError) -> Node {
      var node = try atom(depth: depth)
      while let sign = operatorSign("*/") { node = try combine(sign, node, try atom(depth: depth)) }
      return node
    }

    private mutating func combine(_ sign: UInt8, _ left: Node, _ right: Node) throws(FormulaError) -> Node {
      operations += 1
      guard operations <= Self.limit else { throw expected("at most \(Self.limit) operations") }
      return .operation(sign, left, right)
    }

    private mutating func operatorSign(_ signs: String) -> UInt8? {
      skipBlanks()
      guard !isAtEnd, signs.utf8.contains(text[place]) else { return nil }
      defer { place += 1 }
      return text[place]
    }

    private mutating func atom(depth: Int) throws(FormulaError) -> Node {
      skipBlanks()
      guard !isAtEnd else { throw expected("a number, a name or `(`") }
      if text[place] == UInt8(ascii: "(") {
        guard depth < Self.limit else { throw expected("at most \(Self.limit) parentheses in each other") }
        place += 1
        let node = try sum(depth: depth + 1)
        skipBlanks()
        guard !isAtEnd, text[place] == UInt8(ascii: ")") else { throw expected("`)`") }
        place += 1
        return node
      }
      let word = text[place...].prefix { Self.isWord($0) }
      guard let first = word.first else { throw expected("a number, a name or `(`") }
      if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") { return try number() }
      place += word.count
      let name = String(decoding: word, as: UTF8.self)
      if !names.contains(name) { names.append(name) }
      return .name(name)
    }

    /// A number may have a fraction and an exponent with a sign: `1e-9`.
    private mutating func number() throws(FormulaError) -> Node {
      var end = place
      while end < text.count {
        let isSign = text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: "+")
        let afterExponent = isSign && (text[end - 1] | 0x20) == UInt8(ascii: "e")
        guard Self.isWord(text[end]) || text[end] == UInt8(ascii: ".") || afterExponent else { break }
        end += 1
      }
      guard let value = Double(String(decoding: text[place..<end], as: UTF8.self)), value.isFinite else {
        throw expected("a number")
      }
      place = end
      return .number(value)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}

/// What a formula is not.
package struct FormulaError: Error, Hashable {
  package let expected: String
  package let found: String
}
