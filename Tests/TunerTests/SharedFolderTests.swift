import FaultyWorker
import Foundation
import Kernels
import Records
import Testing
import Tuner

/// Two tuners at once in processes of their own: the plan has the rows of both.
@Suite struct SharedFolderTests {
  /// With one journal they take turns; with two they run side by side and meet at the plan.
  @Test(arguments: [false, true])
  func twoTunersAtOnceBothHaveTheirRows(ownJournals: Bool) throws {
    let folder = try ScratchFolder()
    let widths = [64, 96]
    let tuners = try widths.map { width in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: faultyWorker)
      process.arguments =
        ["tune", folder.path, "\(width)"] + (ownJournals ? ["\(folder.path)/journal-\(width).jsonl"] : [])
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      return process
    }
    for tuner in tuners {
      tuner.waitUntilExit()
      #expect(tuner.terminationStatus == 0)
    }
    let rows = try Plan(path: folder.path + "/plan.json").rows
    for width in widths {
      let problems = TuningProblems.all(of: [SmallTuning.shape(channels: width)], format: .q4g32).filter {
        SmallTuning.catalogue[$0.family] != nil
      }
      #expect(Set(rows.map(\.problem)).isSuperset(of: problems))
    }
    for name in ownJournals ? widths.map({ "journal-\($0)" }) : ["journal"] {
      let (entries, unreadable) = try Journal(path: "\(folder.path)/\(name).jsonl").read()
      #expect(unreadable == 0 && entries.last == .finished)
      #expect(entries.count { $0 == .finished } == (ownJournals ? 1 : 2))
    }
  }
}
