internal import Records

/// How many times as fast a call may be at one time as at another by where the host has its cores.
///
/// A host moves virtual cores together and apart, and apart they get more from memory: on two vCPUs of a Zen 4 and of a Zen 5 a product of
/// one token with two threads took 1.6 times as long at one time as at another. What was looked at minutes apart may differ by that and be
/// the same; only a play-off, whose contenders take turns, tells.
enum PlacementSwing {
  static func factor(threads: Int) -> Double { threads > 1 ? 1.6 : 1 }
}
