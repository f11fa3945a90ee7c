import Foundation
import Testing

@testable import LynkConformance

/// The kit's reader against the book's bytes: neither side is the implementation under test.
@Suite("The kit reads the golden vectors")
struct GoldenVectorTests {
    private func vectors(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "Protocol/Vectors/\(name).json"))
        guard case .array(let items) = try JSONValue.parse(Array(data)) else { return [] }
        return items.compactMap { item in
            guard let name = item["name"]?.string, let hex = item["bytes"]?.string,
                let bytes = Hex.bytes(hex)
            else { return nil }
            return (name, bytes)
        }
    }

    @Test("hellos, change sets and pages are one canonical item")
    func items() throws {
        for file in ["hello", "change-set", "page"] {
            let all = try vectors(file)
            #expect(!all.isEmpty)
            for one in all {
                #expect(try CBORReader.item(one.bytes).encoded == one.bytes, "\(file) \(one.name)")
            }
        }
        for one in try vectors("page") {
            let item = try CBORReader.item(one.bytes)
            #expect(throws: Never.self) { try PageRows(item) }
        }
    }

    @Test("requests and answers are frames, and the book's answers are read")
    func bodies() throws {
        for one in try vectors("request") + vectors("response") {
            let frames = try RawFrame.all(in: one.bytes)
            #expect(frames.flatMap(\.encoded) == one.bytes, "\(one.name)")
        }
    }

    @Test("a bent page is read or refused, and a bent answer is always refused")
    func mutations() throws {
        for one in try vectors("page") {
            for index in one.bytes.indices {
                var bent = one.bytes
                bent[index] ^= 0x81
                do {
                    _ = try PageRows(CBORReader.item(bent))
                } catch {
                    #expect(error is CBORSlip)
                }
            }
        }
        for one in try vectors("response") {
            for index in one.bytes.indices {
                var bent = one.bytes
                bent[index] ^= 0x81
                #expect(throws: CBORSlip.self) { try RawFrame.all(in: bent) }
            }
        }
    }
}
