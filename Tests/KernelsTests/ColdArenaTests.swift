import Kernels
import Testing

@Suite struct ColdArenaTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6, 12, 30, 97])
  func comesByEveryCopyAndNeverByTheOneBehind(copies: Int) {
    let size = 192
    let arena = ColdArena(bytes: copies * size - size / 2)
    unsafe arena.fill(size: size, key: "copies") { unsafe $0.update(repeating: 7, count: size) }
    #expect(arena.copies(of: size) == copies)
    let places = (0..<copies).map { unsafe Int(bitPattern: arena.copy($0, of: size)) }
    #expect(Set(places).count == copies)
    for index in 0..<copies { #expect(unsafe arena.copy(index, of: size)[size - 1] == 7) }
    guard copies > 2 else { return }
    for (place, next) in zip(places, places.dropFirst() + places.prefix(1)) { #expect(next != place + size) }
  }
}
