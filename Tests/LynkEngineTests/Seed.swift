import Testing
@Test func seed() { #expect(1 + 1 == 2) }
