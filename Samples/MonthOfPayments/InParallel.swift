/// Runs `body` for each number below `count`, at most `width` at once; the first error stops it.
func inParallel(
    _ count: Int, width: Int = 16, _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count {
            if number >= width { try await group.next() }
            group.addTask { try await body(number) }
        }
        try await group.waitForAll()
    }
}
