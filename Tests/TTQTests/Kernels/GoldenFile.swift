import Foundation
import Records
import TTQ
import Testing

/// One file of golden vectors: a whole TTQ layer as the NumPy oracle computes it.
struct GoldenFile: Sendable, CustomTestStringConvertible {
  let path: String
  let format: WeightFormat

  var testDescription: String { URL(filePath: path).deletingPathExtension().lastPathComponent }

  /// The package's own vectors, and the shared ones where they are; those with a low-rank part belong to another contract.
  static let all: [GoldenFile] = {
    let folders = [
      TestData.package.appending(path: "Tests/TTQTests/Golden"), TestData.shared.appending(path: "oracle/golden"),
    ]
    return folders.flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasSuffix(".safetensors") && !$0.contains("r16") }.sorted().compactMap { name in
        format(named: name).map { GoldenFile(path: folder.appending(path: name).path, format: $0) }
      }
    }
  }()

  /// The format in a name such as `q4g32_tail100.safetensors`.
  private static func format(named name: String) -> WeightFormat? {
    let numbers = name.split { !$0.isNumber }.compactMap { Int($0) }
    return numbers.count >= 2 ? WeightFormat(bits: numbers[0], group: numbers[1]) : nil
  }

  /// The vectors of the file: W [n, k], X [tokens, k] and what follows from them.
  func load() throws -> GoldenLayer {
    let file = try SafetensorsFile(path: path)
    func floats(_ name: String) throws -> [Float] { try file.tensor(name).floats() }
    let (w, x) = try (file.tensor("W"), file.tensor("X"))
    return try GoldenLayer(
      n: w.shape[0], k: w.shape[1], tokens: x.shape[0], w: w.floats(), x: x.floats(), norm: floats("norm"),
      d: floats("D"),
      codes: file.integers("codes"), scale: floats("scale"), minimum: floats("minimum"), xq: file.integers("xq"),
      xscale: floats("xscale"), y: floats("y"), yA8: floats("y_a8"), yFull: floats("y_full"))
  }
}

struct GoldenLayer {
  let n, k, tokens: Int
  let w, x, norm, d: [Float]
  let codes: [Int]
  let scale, minimum: [Float]
  let xq: [Int]
  let xscale, y, yA8, yFull: [Float]
}

/// The norm-wise error of `values` relative to `expected`.
func relativeError(_ values: [Float], _ expected: [Float]) -> Double {
  var (difference, norm) = (0.0, 0.0)
  for (value, reference) in zip(values, expected) {
    difference += (Double(value) - Double(reference)) * (Double(value) - Double(reference))
    norm += Double(reference) * Double(reference)
  }
  return norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot()
}
