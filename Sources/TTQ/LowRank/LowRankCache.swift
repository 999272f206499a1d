internal import Foundation
internal import Kernels
package import Records

/// Low-rank parts on disk, a file for each matrix and rank, named by the hash of the weights.
package struct LowRankCache: Sendable {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// `ttq/lowrank` in the user's cache folder.
  package static var user: LowRankCache {
    let environment = ProcessInfo.processInfo.environment
    let base =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? "\(environment["HOME"] ?? NSTemporaryDirectory())/.cache"
    return LowRankCache(folder: "\(base)/ttq/lowrank")
  }

  /// The parts of all linear problems of `model`, by name, made where the cache has none that can be used. `note` receives a line for
  /// each file that could not be read or written.
  package func parts(
    of model: LanguageModel, rank: Rank, note: (String) -> Void
  ) throws(EngineError) -> [String: LowRankPart] {
    var parts: [String: LowRankPart] = [:]
    for weights in model.weights.linears {
      let columns = rank.columns(n: weights.n, k: weights.k)
      guard columns > 0 else { continue }
      parts[weights.name] = try part(of: weights, rank: columns, note: note)
    }
    return parts
  }

  private func part(
    of weights: LinearWeights, rank: Int, note: (String) -> Void
  ) throws(EngineError) -> LowRankPart {
    let path = "\(folder)/\(String(weights.fingerprint, radix: 16))-\(weights.n)x\(weights.k)r\(rank).safetensors"
    if fileExists(path) {
      do throws(ModelFileError) {
        return try read(path, weights, rank: rank)
      } catch {
        note("\(error.description); made again")
      }
    }
    guard case .success(let blas) = OpenBLAS.loaded else {
      throw .invalidOption("low-rank factors need OpenBLAS: libopenblas.so.0 was not found")
    }
    guard let part = LowRankPart(weights, rank: rank, blas: blas) else {
      throw .invalidOption("\(weights.name): its singular value decomposition does not converge")
    }
    do throws(ModelFileError) {
      try write(part, to: path)
    } catch {
      note("\(error.description); the factors are made again next time")
    }
    return part
  }

  private func read(_ path: String, _ weights: LinearWeights, rank: Int) throws(ModelFileError) -> LowRankPart {
    let file = try SafetensorsFile(path: path)
    func values(_ name: String, _ count: Int) throws(ModelFileError) -> [Float] {
      let tensor = try file.tensor(name)
      guard tensor.count == count else {
        throw .malformed(path: path, item: "tensor \(name)", expected: "\(count) values", found: "\(tensor.count)")
      }
      try tensor.requireFinite()
      return tensor.floats()
    }
    let (b, a) = (try values("b", weights.n * rank), try values("a", rank * weights.k))
    let largest = try values("largest", 1)
    guard try values("check", 4) == Self.check(b, a, largest[0]) else {
      throw .malformed(path: path, item: "tensor check", expected: "the hash of the factors", found: "another")
    }
    return LowRankPart(factors: LowRankFactors(b: b, a: a, rank: rank), largestRest: largest[0])
  }

  private func write(_ part: LowRankPart, to path: String) throws(ModelFileError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: error.localizedDescription)
    }
    let (factors, (b, a)) = (part.factors, part.factors.stored)
    var writer = SafetensorsWriter()
    writer.add("b", shape: [factors.n, factors.rank], values: b)
    writer.add("a", shape: [factors.rank, factors.k], values: a)
    writer.add("largest", shape: [1], values: [part.largestRest])
    writer.add("check", shape: [4], values: Self.check(b, a, part.largestRest))
    try writer.write(path: path)
  }

  /// The hash of what is stored, as four numbers that f32 holds.
  private static func check(_ b: [Float], _ a: [Float], _ largest: Float) -> [Float] {
    var hash = WordHash()
    for value in b + a + [largest] { hash.add(UInt64(value.bitPattern)) }
    return (0..<4).map { Float(hash.value >> (16 * UInt64($0)) & 0xFFFF) }
  }
}

/// A fast hash of words: tells contents apart, and is no signature.
struct WordHash {
  private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func add(_ word: UInt64) {
    let mixed = (value ^ word) &* 0xFF51_AFD7_ED55_8CCD
    value = mixed ^ mixed >> 32
  }
}

extension LinearWeights {
  /// A hash of all weights and their type.
  var fingerprint: UInt64 {
    var hash = WordHash()
    for byte in element.rawValue.utf8 { hash.add(UInt64(byte)) }
    for part in parts {
      let bytes = part.bytes
      let words = bytes.byteCount / 8
      for index in 0..<words { hash.add(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)) }
      for index in 8 * words..<bytes.byteCount {
        hash.add(UInt64(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)))
      }
    }
    return hash.value
  }
}
