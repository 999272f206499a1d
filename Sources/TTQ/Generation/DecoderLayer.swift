internal import Kernels

/// One layer of a session.
///
/// A class because the cache is owned once and layers stand in an array; used by one thread.
final class DecoderLayer {
  let weights: LayerWeights
  let qkv: Linear
  let output: Linear
  let gateUp: Linear
  let down: Linear
  var cache: KeyValueCache

  init(
    weights: LayerWeights, cache: consuming KeyValueCache, linear: (LinearWeights) -> Linear
  ) {
    self.weights = weights
    qkv = linear(weights.qkv)
    output = linear(weights.output)
    gateUp = linear(weights.gateUp)
    down = linear(weights.down)
    self.cache = cache
  }

  var linears: [Linear] { [qkv, output, gateUp, down] }
}
