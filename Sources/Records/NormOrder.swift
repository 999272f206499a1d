/// The p of the norms that TTQ takes of each input channel's activations (method.md, step 1).
package enum NormOrder: Int, Codable, Hashable, Sendable, CaseIterable {
  case one = 1
  case two = 2
  case four = 4
}
