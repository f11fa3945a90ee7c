import LynkCore
import Testing

@Suite("The tag of what a device has")
struct HeadTagTests {
    private static func tag(
        _ position: Int64 = 7, chain: UInt8 = 1, scopes: UInt8 = 2,
        durable: VersionVector = .zero
    ) -> HeadTag {
        HeadTag(
            position: position, chain: [UInt8](repeating: chain, count: 16),
            scopeSetHash: [UInt8](repeating: scopes, count: 8), durable: durable)
    }

    @Test("Its text is read back, and each part counts")
    func text() throws {
        let era = EraID(high: 1, low: 2)
        let tags = [
            Self.tag(), Self.tag(8), Self.tag(chain: 9), Self.tag(scopes: 9), Self.tag(.max),
            Self.tag(durable: VersionVector([era: 1])), Self.tag(durable: VersionVector([era: 2])),
        ]
        #expect(Set(tags).count == tags.count)
        for tag in tags { #expect(HeadTag(tag.text) == tag) }
        let zero = Self.tag().text
        #expect(
            zero == "7-" + String(repeating: "01", count: 16) + "-"
                + String(repeating: "02", count: 8) + "-e3b0c44298fc1c14")
    }

    @Test("Nothing else is a tag")
    func others() {
        let good = Self.tag().text
        for text in [
            "", "*", "7", "-", "----", "0" + good.dropFirst(), "-" + good, good + "-", good + "00",
            String(good.dropLast(2)), "x" + good, good.replacing("01-", with: "-"),
            String(repeating: "9", count: 10_000),
        ] { #expect(HeadTag(text) == nil, "\(text)") }
    }
}
