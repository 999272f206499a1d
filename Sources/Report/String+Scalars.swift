extension String {
  /// The text with each scalar replaced for which `substitute` has something.
  func replacingScalars(_ substitute: (Unicode.Scalar) -> String?) -> String {
    var replaced = ""
    replaced.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if let text = substitute(scalar) { replaced += text } else { replaced.unicodeScalars.append(scalar) }
    }
    return replaced
  }
}
