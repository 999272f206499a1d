internal import Records

extension [CandidateResult] {
  /// Of candidates that differ in their stream alone the fastest correct one, in place of the first; all of a problem's streams are
  /// a map of their own.
  var fastestStreams: [CandidateResult] {
    var places: [CandidateKey: Int] = [:]
    var kept: [CandidateResult] = []
    for result in self {
      var key = result.key
      key.configuration = key.configuration.sharing
      guard let place = places[key] else {
        places[key] = kept.count
        kept.append(result)
        continue
      }
      let (new, old) = (result, kept[place])
      let isFaster = new.timing?.medianNanoseconds ?? .infinity < old.timing?.medianNanoseconds ?? .infinity
      if new.status == .correct, old.status != .correct || isFaster { kept[place] = new }
    }
    return kept
  }
}
