/// A word on its way from symbols to tokens: a linked list of ids and a heap of the merges that could be made.
///
/// O(n log n) in the symbols of the word, because without a pre-tokenizer a whole file is one word.
struct MergeQueue {
  private var ids: [Int32] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  /// Candidates as rank << 32 | position of the left symbol; a binary heap, least first. Stale ones are dropped when
  /// they come up.
  private var heap: [UInt64] = []

  mutating func append(_ id: Int32) { ids.append(id) }

  /// Merges the symbols in the order of their ranks, leftmost first, moves the resulting ids to `output`, and leaves
  /// the queue empty.
  mutating func merge(with merges: MergeTable, into output: inout [Int]) {
    defer { ids.removeAll(keepingCapacity: true) }
    precondition(ids.count < Int32.max)
    link(merges)
    while let top = pop() {
      let left = Int(UInt32(truncatingIfNeeded: top))
      guard ids[left] >= 0, next[left] >= 0 else { continue }
      let right = Int(next[left])
      guard let merge = merges[ids[left], ids[right]], merge.rank == UInt32(top >> 32) else { continue }
      ids[left] = merge.id
      ids[right] = -1
      next[left] = next[right]
      if next[left] >= 0 { previous[Int(next[left])] = Int32(left) }
      offer(left, merges)
      if previous[left] >= 0 { offer(Int(previous[left]), merges) }
    }
    for id in ids where id >= 0 { output.append(Int(id)) }
  }

  private mutating func link(_ merges: MergeTable) {
    next.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    for position in 0..<Int32(ids.count) {
      next.append(position + 1)
      previous.append(position - 1)
    }
    if !next.isEmpty { next[next.count - 1] = -1 }
    for position in ids.indices { offer(position, merges) }
  }

  /// Queues the merge of the symbol at `left` with its right neighbour, if there is one.
  private mutating func offer(_ left: Int, _ merges: MergeTable) {
    guard next[left] >= 0, let merge = merges[ids[left], ids[Int(next[left])]] else { return }
    push(UInt64(merge.rank) << 32 | UInt64(left))
  }

  private mutating func push(_ candidate: UInt64) {
    var at = heap.count
    heap.append(candidate)
    while at > 0 {
      let parent = (at - 1) / 2
      guard heap[parent] > candidate else { break }
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = candidate
  }

  private mutating func pop() -> UInt64? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return top }
    var at = 0
    while true {
      var child = 2 * at + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < last else { break }
      heap[at] = heap[child]
      at = child
    }
    heap[at] = last
    return top
  }
}
