internal import Records

/// One operation for each class of token counts; choosing among them costs a comparison or two.
struct ByTokenClass<Operation: Sendable>: Sendable {
  private let one: Operation
  private let few: Operation
  private let some: Operation
  private let many: Operation

  init(_ make: (TokenClass) throws(SelectionFailure) -> Operation) throws(SelectionFailure) {
    one = try make(.one)
    few = try make(.few)
    some = try make(.some)
    many = try make(.many)
  }

  subscript(tokens: Int) -> Operation {
    switch TokenClass(tokens: tokens) {
    case .one: one
    case .few: few
    case .some: some
    case .many: many
    }
  }
}
