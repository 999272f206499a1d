package import Records

extension ModelShape {
  /// What there is to tune in a model, from its configuration alone.
  ///
  /// - Parameter element: the type of the weights; models say it in their configuration, if not always.
  package init(_ configuration: ModelConfiguration, name: String, source: String, element: ElementType) {
    let linears = LinearRole.allCases.map { role in
      let shape = configuration.shape(of: role)
      return LinearShape(
        name: role.rawValue, n: shape.rows.reduce(0, +), k: shape.k, count: role == .head ? 1 : configuration.layers)
    }
    self.init(
      name: name, source: source, element: element, layers: configuration.layers, linears: linears,
      heads: configuration.heads, keyValueHeads: configuration.keyValueHeads,
      headDimension: configuration.headDimension)
  }
}
