/// Servers that lack a check: what goes to the honest one is mended first, so that it passes.
extension Liar {
    static let missingChecks: [Liar] = [
        Liar(
            name: "any-token", what: "any token is good",
            request: { sending, device in
                sending.headers["Authorization"] = "Bearer \(device.token)"
            }),
        Liar(
            name: "any-tenant", what: "the tenant of the address is not looked at",
            request: { sending, device in
                sending.path = "/v1/tenants/\(Hex.id(device.tenant))/sync"
            }),
        Liar(
            name: "any-media-type", what: "the body's type is not looked at",
            request: { sending, _ in
                sending.headers["Content-Type"] = "application/vnd.lynk.sync+cbor"
            }),
        Liar(
            name: "any-checksum", what: "checksums are not looked at",
            request: { sending, _ in
                sending.made.body = mended(sending.made.body)
            }),
        Liar(
            name: "any-signature", what: "signatures are not verified",
            request: { sending, device in
                guard let last = sending.made.sent.last else { return }
                let signature = device.key.sign("lynk-change-set-1", last.oid)
                replace(3, CBORItem.bytes(signature).encoded, in: &sending)
            }),
        Liar(
            name: "any-version", what: "the hello's version is not looked at",
            request: { sending, _ in hello(&sending, [0], becomes(.unsigned(1))) }),
        Liar(
            name: "any-application", what: "the hello's schema is not looked at",
            request: { sending, _ in hello(&sending, [3], becomes(.text("payments"))) }),
        Liar(
            name: "any-ratchet", what: "tokens of pushes are not looked at",
            request: { sending, device in
                hello(&sending, [9]) { item in
                    guard case .map(let members) = item, !device.ratchet.isEmpty else { return }
                    item = .map(
                        members.filter { $0.key != .unsigned(1) }
                            + [CBORMember(.unsigned(1), .bytes(device.ratchet))])
                }
            }),
        Liar(
            name: "swallowed-push", what: "pushes are heard and not taken",
            request: { sending, _ in
                let frames = try? RawFrame.all(in: sending.made.body)
                guard let frames, frames.contains(where: { $0.type == 2 }) else { return }
                sending.made.body =
                    frames.filter { $0.type == 1 }.flatMap(\.encoded)
                    + RawFrame(3, CBORItem.bytes([]).encoded).encoded
            }),
        Liar(
            name: "bytes-after-the-end", what: "bytes after the signature are passed over",
            request: { sending, _ in
                var at = 0
                let body = sending.made.body
                while body.count - at >= 9 {
                    let length = Int(bigEndian(body[at..<at + 4]))
                    guard length <= 1 << 20, body.count - at - 9 >= length else { return }
                    let type = body[at + 4]
                    at += 9 + length
                    if type == 3 {
                        sending.made.body = Array(body[..<at])
                        return
                    }
                }
            }),
    ]

    private init(
        name: String, what: String,
        request: @escaping @Sendable (inout CaseRunner.Sending, TestDevice) throws -> Void
    ) {
        self.name = name
        self.what = what
        self.request = request
    }

    /// The same frames with the checksums that they should have, as far as their lengths go.
    private static func mended(_ body: [UInt8]) -> [UInt8] {
        var (out, at) = (body, 0)
        while body.count - at >= 9 {
            let length = Int(bigEndian(body[at..<at + 4]))
            guard length <= 1 << 20, body.count - at - 9 >= length else { break }
            let sum = CRC32C.of(Array(body[at + 4..<at + 5 + length]))
            out.replaceSubrange(
                at + 5 + length..<at + 9 + length, with: bigEndian(UInt64(sum), 4))
            at += 9 + length
        }
        return out
    }

    private static func replace(
        _ type: UInt8, _ payload: [UInt8], in sending: inout CaseRunner.Sending
    ) {
        guard var frames = try? RawFrame.all(in: sending.made.body),
            let place = frames.firstIndex(where: { $0.type == type })
        else { return }
        frames[place].payload = payload
        sending.made.body = frames.flatMap(\.encoded)
    }

    private static func hello(
        _ sending: inout CaseRunner.Sending, _ path: [Int], _ change: (inout CBORItem) -> Void
    ) {
        guard let frames = try? RawFrame.all(in: sending.made.body), let first = frames.first,
            first.type == 1, var item = try? CBORReader.item(first.payload)
        else { return }
        let before = item
        item.edit(path[...], change)
        // What is honest goes as it is, down to frames that a reader would join.
        guard item != before else { return }
        replace(1, item.encoded, in: &sending)
    }
}
