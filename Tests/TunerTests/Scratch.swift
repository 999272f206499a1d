import FaultyWorker
import Foundation
import Kernels
import Records
import Tuner

/// A folder of its own for one test, removed with it.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ttq-tuner-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The executable that stands beside the test bundle in the build folder.
let faultyWorker = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  .appendingPathComponent("FaultyWorker").path

/// This machine, limited as `TTQ_ISA` says.
func thisMachine() throws -> Machine {
  try Machine.probe(isaLimit: ProcessInfo.processInfo.environment["TTQ_ISA"])
}

/// A small tuning in `folder` with the faulty worker's catalogue cut to `catalogue`.
func smallTuning(
  _ folder: String, catalogue: Catalogue = SmallTuning.catalogue, isCancelled: @escaping () -> Bool = { false },
  edit: (inout TuningOptions) -> Void = { _ in }
) throws -> TuningOutcome {
  var options = SmallTuning.options(folder: folder)
  edit(&options)
  return try TuningRun(
    options: options, machine: thisMachine(), catalogue: catalogue, workerExecutable: faultyWorker,
    workerArguments: ["worker"], isCancelled: isCancelled
  ).run()
}
