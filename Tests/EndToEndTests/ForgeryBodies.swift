import Foundation
import Lynk
import LynkWire
import Testing

extension Forge {
    private func changeSetFrame(_ bytes: [[UInt8]]) -> Frame {
        var writer = CBORWriter()
        for item in bytes { writer.byteString(item) }
        return Frame(.changeSets, writer.bytes)
    }

    fileprivate var helloFrame: Frame { Frame(.hello, helloBytes) }
    fileprivate var noSignature: Frame { Frame(.signature, [0x40]) }

    fileprivate func frames(
        _ changeSets: [[UInt8]], signature: [UInt8]? = nil
    ) throws -> ForgedRequest {
        let made =
            try signature
            ?? key.sign(
                ContentID(hashing: changeSets.last ?? []).bytes, as: .changeSet)
        var writer = CBORWriter()
        writer.byteString(made)
        return body(helloFrame, changeSetFrame(changeSets), Frame(.signature, writer.bytes))
    }

    fileprivate func compressed(_ body: [UInt8]) -> ForgedRequest {
        ForgedRequest(headers: [HTTPHeader("Content-Encoding", "zstd")], body: body)
    }
}

extension Forgery {
    private static let malformed = Verdict.problem(400, .bodyMalformed)
    private static let tooLarge = Verdict.problem(413, .bodyTooLarge)

    /// Frames, hellos and compression.
    static let bodies = [
        Forgery("a frame that claims two gigabytes", "X1", malformed) { forge in
            ForgedRequest(body: [0x80, 0, 0, 0, 1] + forge.helloBytes)
        },
        Forgery("another checksum", "X1", malformed) { forge in
            var request = try forge.push(forge.seal())
            request.body[request.body.count - 1] ^= 1
            return request
        },
        Forgery("a body without its last byte", "X1", malformed) { forge in
            var request = try forge.push(forge.seal())
            request.body.removeLast()
            return request
        },
        Forgery("no signature frame", "X1 C3", malformed) { forge in forge.body(forge.helloFrame) },
        Forgery("bytes after the signature", "X1", malformed) { forge in
            var request = try forge.push(forge.seal())
            request.body.append(0)
            return request
        },
        Forgery("a second hello", "X1", malformed) { forge in
            forge.body(forge.helloFrame, forge.helloFrame, forge.noSignature)
        },
        Forgery("a required frame that is unknown", "X1", malformed) { forge in
            forge.body(
                forge.helloFrame, Frame(FrameType(rawValue: 0x7F), [1]), forge.noSignature)
        },
        Forgery("a frame of an answer", "X1", malformed) { forge in
            forge.body(forge.helloFrame, Frame(.checkpoint, [0x80]), forge.noSignature)
        },
        Forgery("a message in endless pieces", "X1", tooLarge) { forge in
            let piece = Frame(
                FrameType(rawValue: 0), [UInt8](repeating: 0, count: Limits.frameBytesMax)
            ).encoded()
            return ForgedRequest(body: (0..<6).flatMap { _ in piece })
        },
        Forgery("change sets without a signature", "C3", malformed) { forge in
            try forge.frames([forge.seal().bytes], signature: [])
        },
        Forgery("a signature of 63 bytes", "C3", malformed) { forge in
            try forge.frames(
                [forge.seal().bytes], signature: [UInt8](repeating: 1, count: 63))
        },
        Forgery("a signature of nothing", "C3", malformed) { forge in
            var writer = CBORWriter()
            writer.byteString([UInt8](repeating: 1, count: Limits.signatureBytes))
            return forge.body(forge.helloFrame, Frame(.signature, writer.bytes))
        },
        Forgery("more change sets than a push takes", "C6 X1", tooLarge) { forge in
            let one = forge.seal([]).bytes
            return try forge.frames(
                Array(repeating: one, count: Limits.changeSetsPerPushMax + 1))
        },
        Forgery("a hello of another version", "X2", .problem(400, .protocolUnsupported)) { forge in
            try forge.pull(forge.hello(version: 2))
        },
        Forgery("a hello with bytes after its end", "X12", malformed) { forge in
            forge.bentHello { $0.append(0) }
        },
        Forgery("extensions of no stated length", "X12 C1", malformed) { forge in
            forge.bentHello { $0.replaceSubrange($0.count - 1..<$0.count, with: [0xBF, 0xFF]) }
        },
        Forgery("an extension twice", "X12", malformed) { forge in
            let (low, high) = ([0x18, 0x63, 0x41, 1] as [UInt8], [0x18, 0x63, 0x41, 2] as [UInt8])
            return forge.bentExtensions(count: 2, low + high)
        },
        Forgery("extensions out of order", "X12", malformed) { forge in
            forge.bentExtensions(count: 2, [0x18, 0x63, 0x41, 1, 0x18, 0x62, 0x41, 1])
        },
        Forgery("more extensions than there may be", "X12", tooLarge) { forge in
            forge.bentExtensions(count: 17, (0..<17).flatMap { [0x18, 0x60 + $0, 0x41, 1] })
        },
        Forgery("a bomb of zeros", "X11", tooLarge) { forge in
            forge.compressed(Zstd.compress([UInt8](repeating: 0, count: 64 << 20)))
        },
        Forgery("a hello with a bomb behind it", "X11", tooLarge) { forge in
            let body = try forge.push(forge.seal()).body
            return forge.compressed(
                Zstd.compress(body + [UInt8](repeating: 0, count: 15 << 20)))
        },
        Forgery("no zstd", "X11", malformed) { forge in
            forge.compressed(try forge.push(forge.seal()).body)
        },
        Forgery("zstd that is cut", "X11", malformed) { forge in
            forge.compressed(Zstd.compress(try forge.push(forge.seal()).body).dropLast())
        },
    ]
}

extension Forge {
    /// A hello whose last element, a map of extensions, is this one.
    fileprivate func bentExtensions(count: UInt8, _ members: [UInt8]) -> ForgedRequest {
        var writer = CBORWriter()
        hello(chain: []).encode(into: &writer)
        return body(
            Frame(.hello, writer.bytes.dropLast() + [0xA0 + min(count, 23)] + members),
            Frame(.signature, [0x40]))
    }
}
