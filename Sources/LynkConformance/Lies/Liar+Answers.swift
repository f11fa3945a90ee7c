/// What a server says that is not so.
extension Liar {
    static let receipts: [Liar] = [
        item("receipt-number", "numbers of receipts are one too high", 0x11, [1, 3], plus(1)),
        item("receipt-repeat", "a first receipt is told as a repeat", 0x11, [1, 7]) { item in
            item = .bool(item == .bool(false))
        },
        item("receipt-disposition", "accepted is told as merged", 0x11, [1, 1]) { item in
            item = item == .unsigned(0) ? .unsigned(1) : .unsigned(0)
        },
        item(
            "receipt-rejected", "what was taken is told as rejected", 0x11, [1, 1],
            becomes(.unsigned(3))),
        item("receipt-oid", "the receipt is for another change set", 0x11, [1, 0], inverted),
        item("receipt-era", "the receipt is of another era", 0x11, [0, 0], inverted),
        item("effective-time", "effective times are a little later", 0x11, [1, 4], plus(1)),
        item(
            "effective-hour", "effective times are two hours ago", 0x11, [1, 4],
            plus(-(7_200_000 << 16))),
        item(
            "receipt-problem", "an accepted change set has a problem", 0x11, [1, 6],
            becomes(.array([.text("not_authorized"), .text("")]))),
        item("receipt-missing", "the last receipt is left out", 0x11, [1]) { item in
            guard case .array(let parts) = item else { return }
            item = .array(Array(parts.dropLast(8)))
        },
        item("receipt-twice", "the last receipt is told twice", 0x11, [1]) { item in
            guard case .array(let parts) = item else { return }
            item = .array(parts + parts.suffix(8))
        },
        item("receipt-order", "the receipts are told in another order", 0x11, [1]) { item in
            guard case .array(let parts) = item, parts.count >= 16 else { return }
            item = .array(Array(parts[8..<16] + parts[..<8] + parts[16...]))
        },
        dropped("dropped-receipts", "receipts are left out", 0x11),
        dropped("dropped-proof", "receipts have no proof", 0x16),
        item("false-proof", "the proof is of other receipts", 0x16, [], inverted),
    ]

    static let checkpoints: [Liar] = [
        item("digest-root", "the digest root is another", 0x13, [4], inverted),
        item("digest-empty", "the digest root is of no rows", 0x13, [4], becomes(.bytes([]))),
        item("position", "the position is always zero", 0x13, [0], becomes(.unsigned(0))),
        item("vector-short", "the vector lacks the last commit", 0x13, [1, -1], plus(-1)),
        item("vector-empty", "the vector is empty", 0x13, [1], becomes(.array([]))),
        item(
            "vector-zero", "the vector has an era with zero", 0x13, [1, -1],
            becomes(.unsigned(0))),
        item("vector-order", "the vector names an era twice", 0x13, [1]) { item in
            guard case .array(let parts) = item else { return }
            item = .array(parts + parts.prefix(2))
        },
        dropped("dropped-checkpoint", "the answer ends without its checkpoint", 0x13),
        frames("checkpoint-first", "the checkpoint stands before the pages") { frames in
            guard let place = frames.firstIndex(where: { $0.type == 0x13 }) else { return }
            frames.insert(frames.remove(at: place), at: 1)
        },
        frames("long-integer", "the position has nine bytes, whatever it needs") { frames in
            for place in frames.indices where frames[place].type == 0x13 {
                guard case .array(let items) = try CBORReader.item(frames[place].payload)
                else { continue }
                let number = try items[0].number("position")
                let rest = items.dropFirst().flatMap(\.encoded)
                frames[place].payload = [0x86, 0x1B] + bigEndian(number, 8) + rest
            }
        },
    ]

    static let welcomes: [Liar] = [
        item("refusal", "what is taken is told as refused, and the other way round", 0x10, [7]) {
            $0 =
                $0 == .null
                ? .array([.text("chain_gap"), .text("x")])
                : .array([.text("store_busy"), .text("x")])
        },
        item("never-refused", "a push that was refused is not told so", 0x10, [7], becomes(.null)),
        item("never-a-verdict", "the verdict is always ok", 0x10, [8]) { item in
            guard case .map(let members) = item else { return }
            item = .map(members.filter { $0.key != .unsigned(1) })
        },
        item("always-fork", "the verdict is always fork", 0x10, [8]) { item in
            guard case .map(let members) = item else { return }
            item = .map(
                members.filter { $0.key != .unsigned(1) }
                    + [CBORMember(.unsigned(1), .bytes([3]))])
        },
        item("no-token", "no token is given for the next push", 0x10, [8]) { item in
            guard case .map(let members) = item else { return }
            item = .map(members.filter { $0.key != .unsigned(3) })
        },
        item("other-token", "a token is given that is not good", 0x10, [8]) { item in
            guard case .map(let members) = item else { return }
            item = .map(
                members.map { member in
                    member.key == .unsigned(3)
                        ? CBORMember(member.key, .bytes([UInt8](repeating: 7, count: 16)))
                        : member
                })
        },
        item("other-hub-key", "the hub's key is another's", 0x10, [8]) { item in
            guard case .map(let members) = item else { return }
            item = .map(
                members.map { member in
                    member.key == .unsigned(9)
                        ? CBORMember(member.key, .bytes([UInt8](repeating: 7, count: 32)))
                        : member
                })
        },
        item("digest-key", "the digest key is another", 0x10, [5], inverted),
        item(
            "hub-time", "the hub's time is two days ahead", 0x10, [4],
            plus(172_800_000 << 16)),
        item(
            "no-scopes", "the device is told that it has no scopes", 0x10, [6],
            becomes(.array([]))),
        item("version", "the welcome is of version two", 0x10, [0], becomes(.unsigned(2))),
        item("longer-welcome", "the welcome has one element more", 0x10) { item in
            guard case .array(let parts) = item else { return }
            item = .array(parts + [.null])
        },
        dropped("dropped-welcome", "the answer has no welcome", 0x10),
    ]

    static let pages: [Liar] = [
        dropped("dropped-page", "pages are left out", 0x12),
        item("removed-row", "rows are told as removed", 0x12, [3, 0]) { item in
            guard case .array(var parts) = item, parts.count == 12,
                case .bytes(let keys) = parts[3]
            else { return }
            parts[4] = .bytes(Array(keys.prefix(16)))
            item = .array(parts)
        },
        item("other-key", "a row has another key", 0x12, [3, 0, 3], inverted),
        item("other-table", "rows are of another table", 0x12, [3, 0, 0], plus(1)),
        item(
            "other-number", "rows have another stamp", 0x12, [3, 0, 6],
            becomes(.array([.unsigned(3), .unsigned(1)]))),
        item(
            "other-time", "rows have another effective time", 0x12, [3, 0, 7],
            becomes(.array([.unsigned(3), .unsigned(1)]))),
        item("lost-field", "a field of each row is left out", 0x12, [3, 0, 11]) { item in
            guard case .array(let columns) = item else { return }
            item = .array(Array(columns.dropFirst()))
        },
        item(
            "other-scope", "rows are of a scope that the device does not have", 0x12, [2, 0],
            becomes(.text("elsewhere"))),
        item("lost-section", "a table is left out", 0x12, [3]) { item in
            guard case .array(let sections) = item else { return }
            item = .array(Array(sections.dropLast()))
        },
    ]

    static let frames: [Liar] = [
        Liar(name: "checksum", what: "frames have another checksum") { answer in
            if answer.status == 200, !answer.body.isEmpty {
                answer.body[answer.body.count - 1] ^= 1
            }
        },
        Liar(name: "cut-answer", what: "the answer lacks its last byte") { answer in
            if answer.status == 200, !answer.body.isEmpty { answer.body.removeLast() }
        },
        Liar(name: "empty-answer", what: "the answer has no byte") { answer in
            if answer.status == 200 { answer.body = [] }
        },
        frames("unknown-frame", "a message stands there that no reader may pass over") {
            $0.insert(RawFrame(0x20, [0]), at: 1)
        },
        frames("late-receipts", "receipts come after the checkpoint") { frames in
            guard let place = frames.firstIndex(where: { $0.type == 0x11 }) else { return }
            frames.append(frames.remove(at: place))
        },
    ]

    static let plain: [Liar] = [
        Liar(name: "status-ok", what: "a problem has the status 200") { answer in
            if answer.status >= 400 { answer.status = 200 }
        },
        Liar(name: "status-failure", what: "whatever is refused has the status 500") { answer in
            if answer.status >= 400 { answer.status = 500 }
        },
        Liar(name: "status-forbidden", what: "what is not there is told as forbidden") { answer in
            if answer.status == 404 { answer.status = 403 }
        },
        Liar(name: "other-code", what: "every problem has one code") { answer in
            if let code = answer.code {
                let text = String(decoding: answer.body, as: UTF8.self)
                answer.body = Array(
                    text.replacing("\"\(code)\"", with: "\"internal_failure\"").utf8)
            }
        },
        Liar(name: "problem-text", what: "a problem is plain text") { answer in
            if answer.status >= 400 { answer.body = Array("no".utf8) }
        },
        Liar(name: "problem-type", what: "a problem has another media type") { answer in
            let head = String(decoding: answer.head, as: UTF8.self)
            answer.head = Array(head.replacing("problem+json", with: "json").utf8)
        },
    ]
}
