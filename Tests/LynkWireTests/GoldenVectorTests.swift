import Foundation
import LynkCore
import LynkWire
import Testing

/// Messages do not change by accident: their bytes stand in Protocol/Vectors.
///
/// After a change that is meant, run the tests once with `LYNK_WRITE_VECTORS=1` and say in
/// Protocol/Vectors/CHANGES.md what changed, under which version.
@Suite(.serialized) struct GoldenVectorTests {
    private static let isWriting =
        ProcessInfo.processInfo.environment["LYNK_WRITE_VECTORS"] == "1"

    @Test("Every message has the bytes of its golden vector",
        arguments: GoldenVectors.files.keys.sorted())
    func bytes(file: String) throws {
        let made = try #require(GoldenVectors.files[file])
        if Self.isWriting { try GoldenVectors.write(file, made) }
        let kept = try GoldenVectors.read(file)
        #expect(kept.map(\.name) == made.map(\.name))
        for (kept, made) in zip(kept, made) { #expect(kept == made) }
    }

    @Test("Changed bytes are written down with the version that they belong to")
    func fingerprint() throws {
        let page = try String(
            contentsOf: GoldenVectors.folder.appendingPathComponent("CHANGES.md"), encoding: .utf8)
        let last = page.split(separator: "\n").last { $0.hasPrefix("| ") } ?? ""
        let columns = last.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let expected = ["\(Hello.protocolVersion)", GoldenVectors.fingerprint]
        #expect(
            Array(columns.prefix(2)) == expected,
            """
            The wire changed. If that is meant, add this line to Protocol/Vectors/CHANGES.md:
            | \(expected[0]) | \(expected[1]) | what changed |
            """)
    }

    @Test("Golden vectors decode, and encode to themselves")
    func decode() throws {
        for vector in try GoldenVectors.read("change-set") {
            let opened = try ChangeSetCodec.open(hex(vector.bytes))
            #expect(opened.oid.description == vector.oid)
            #expect(hexadecimal(ChangeSetCodec.seal(opened.content).bytes) == vector.bytes)
        }
        for vector in try GoldenVectors.read("hello") {
            let hello = try hex(vector.bytes).reading { (reader) throws(WireError) in
                try Hello(from: &reader)
            }
            var writer = CBORWriter()
            hello.encode(into: &writer)
            #expect(hexadecimal(writer.bytes) == vector.bytes)
        }
        for vector in try GoldenVectors.read("request") {
            let request = try SyncRequest.decode(hex(vector.bytes))
            let again = SyncRequest.encode(
                hello: request.hello, changeSets: request.changeSets.map(\.bytes),
                signature: request.signature)
            #expect(hexadecimal(again) == vector.bytes)
        }
        for vector in try GoldenVectors.read("response") {
            let frame = try #require(frames(hex(vector.bytes)).first)
            #expect(hexadecimal(try ResponseFrame.decode(frame).encoded()) == vector.bytes)
        }
    }
}
