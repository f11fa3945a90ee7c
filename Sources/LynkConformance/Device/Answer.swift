/// What a hub answered to an exchange, read by the kit's own reader.
package struct Answer: Sendable {
    package struct Dot: Hashable, Sendable {
        package var era: [UInt8]
        package var number: UInt64
    }
    package struct Receipt: Hashable, Sendable {
        package var oid: [UInt8]
        package var disposition: String
        package var dot: Dot
        package var effective: UInt64
        package var code: String?
        package var isRepeat: Bool
    }
    package struct Checkpoint: Sendable {
        package var position: UInt64
        package var vector: CBORItem
        package var numbers: [[UInt8]: UInt64]
        package var head: CBORItem
        package var scopeSet: [UInt8]
        package var root: [UInt8]
        package var chain: [UInt8]
    }
    /// The receipts between the welcome or a proof and the next proof.
    package struct Proven: Sendable {
        package var receipts: [Receipt]
        package var signature: [UInt8]

        /// What the signature covers: (oid, era, number, effective time) of each (D5).
        package var entries: CBORItem {
            .array(
                receipts.flatMap { receipt -> [CBORItem] in
                    [
                        .bytes(receipt.oid), .bytes(receipt.dot.era),
                        .unsigned(receipt.dot.number), .unsigned(receipt.effective),
                    ]
                })
        }
    }

    package var hub: [UInt8] = []
    /// Records of eras as they came, parents first.
    package var eras: [CBORItem] = []
    package var hubTime: UInt64 = 0
    package var digestKey: [UInt8] = []
    package var scopes: [String]?
    package var refusal: String?
    package var verdict = "ok"
    package var ratchet: [UInt8] = []
    package var session: [UInt8] = []
    package var hubKey: [UInt8] = []
    package var receipts: [Receipt] = []
    package var proofs: [Proven] = []
    package var unproven: [Receipt] = []
    package var pages: [PageRows] = []
    package var checkpoint: Checkpoint?
    package var ending: String?
    package var conflicts = 0
    /// The types of the frames in their order.
    package var order: [UInt8] = []
}

extension Answer {
    /// Reads the frames of a body; a slip is a failure of the implementation under test.
    package init(_ body: [UInt8]) throws {
        self.init()
        for frame in try RawFrame.all(in: body) {
            order.append(frame.type)
            guard frame.type < 0x80 else { continue }
            if frame.type == 0x16 {
                let signature = try CBORReader.item(frame.payload).blob("proof", of: 64...64)
                proofs.append(Proven(receipts: unproven, signature: signature))
                unproven = []
                continue
            }
            let item = try CBORReader.item(frame.payload)
            switch frame.type {
            case 0x10: try welcome(item)
            case 0x11: try receipts(item)
            case 0x12: pages.append(try PageRows(item))
            case 0x13: checkpoint = try Checkpoint(item)
            case 0x14: ending = try item.list("problem", of: 2...2)[0].words("code", of: 0...128)
            case 0x15: conflicts += try item.list("conflicts", of: 0...500).count
            default: throw CBORSlip(at: 0, what: "a frame of type \(frame.type) in an answer")
            }
        }
    }

    private mutating func welcome(_ item: CBORItem) throws {
        let parts = try item.list("welcome", of: 9...9)
        guard try parts[0].number("version") == 1 else {
            throw CBORSlip(at: 0, what: "a welcome of another version")
        }
        hub = try parts[1].id("hub")
        eras = try parts[2].list("eras", of: 0...65_536)
        for record in eras { _ = try record.list("era", of: 3...3)[0].id("era") }
        hubTime = try parts[4].number("hub-time")
        digestKey = try parts[5].blob("digest-key", of: 0...32)
        if parts[6] != .null {
            scopes = try parts[6].list("scopes", of: 0...10_000).map { (item) throws(CBORSlip) in
                try item.words("scope", of: 0...128)
            }
        }
        if parts[7] != .null {
            refusal = try parts[7].list("refusal", of: 2...2)[0].words("code", of: 0...128)
        }
        let extensions = try parts[8].extensions("welcome")
        if let bytes = extensions[1] {
            let number = try CBORReader.item(bytes).number("verdict")
            let names = ["ok", "behind", "gap", "fork", "rollback"]
            guard number > 0, number < 5 else { throw CBORSlip(at: 0, what: "a verdict unknown") }
            verdict = names[Int(number)]
        }
        session = extensions[2] ?? []
        ratchet = extensions[3] ?? []
        hubKey = extensions[9] ?? []
    }

    private mutating func receipts(_ item: CBORItem) throws {
        let parts = try item.list("receipts", of: 2...2)
        let eras = try parts[0].list("eras").map { (item) throws(CBORSlip) in try item.id("era") }
        let words = ["accepted", "merged", "held", "rejected", "quarantined"]
        var (number, effective): (UInt64, UInt64) = (0, 0)
        for group in try parts[1].groups("receipts", of: 8) {
            let word = try group[1].number("disposition")
            let era = try group[2].number("era")
            guard word < 5, era < UInt64(eras.count) else {
                throw CBORSlip(at: 0, what: "a receipt with an unknown disposition or era")
            }
            number &+= try group[3].bits("number")
            effective &+= try group[4].bits("effective")
            _ = try group[5].number("conflicts")
            var code: String?
            if group[6] != .null {
                code = try group[6].list("problem", of: 2...2)[0].words("code", of: 0...128)
            }
            let receipt = Receipt(
                oid: try group[0].blob("oid", of: 32...32), disposition: words[Int(word)],
                dot: Dot(era: eras[Int(era)], number: number), effective: effective, code: code,
                isRepeat: try group[7].truth("repeat"))
            receipts.append(receipt)
            unproven.append(receipt)
        }
    }
}

extension Answer.Checkpoint {
    init(_ item: CBORItem) throws {
        let parts = try item.list("checkpoint", of: 6...6)
        position = try parts[0].number("position")
        vector = parts[1]
        numbers = [:]
        var before: [UInt8] = []
        for group in try parts[1].groups("vector", of: 2) {
            let era = try group[0].id("era")
            let number = try group[1].number("number")
            guard before.lexicographicallyPrecedes(era), number > 0 else {
                throw CBORSlip(at: 0, what: "a vector whose eras do not ascend, or with a zero")
            }
            before = era
            numbers[era] = number
        }
        head = parts[2]
        scopeSet = try parts[3].blob("scope-set", of: 0...32)
        root = try parts[4].blob("digest-root", of: 0...32)
        chain = try parts[5].extensions("checkpoint")[1] ?? []
    }
}
