/// A case for a client that a seed makes: writes, syncs, broken lines, hubs that start again or are
/// restored, killed programs and copies of the file, in any order. The law of every case judges it
/// at the end; where no file was put back, every payment must also be at the hub.
package struct ClientWalk: Sendable {
    package let one: ConformanceCase

    package init(number: Int, seed: UInt64, steps: Int) {
        var random = SeededRandom(seed: seed &* 1_000_003 &+ UInt64(number))
        var made: [ClientStep] = []
        var payments: [String] = []
        var kept: Int?
        var copies = 0
        var faults = 0
        var isSaved = false
        var isPutBack = false
        for _ in 0..<steps {
            let action: ClientStep.Action
            switch Int.random(in: 0..<14, using: &random) {
            case 0..<3:
                let name = "p\(payments.count)"
                payments.append(name)
                action = .write([.object(["payment": .string(name)])])
            case 3..<7: action = .sync
            case 7, 8:
                faults += 1
                action = .fault([Self.fault(&random)])
            case 9: action = .hub(Self.hub(&random))
            case 10:
                let word = isSaved && Bool.random(using: &random) ? "restore" : "save"
                isSaved = true
                action = .hub([word: .string("s")])
            case 11: action = .file(.kill)
            case 12:
                if let copy = kept {
                    // A copy that goes on may lack what the file it leaves has not sent.
                    action = .file(.open("k\(copy)"))
                    isPutBack = true
                    kept = nil
                } else {
                    copies += 1
                    kept = copies
                    action = .file(.keep("k\(copies)"))
                }
            default: action = .sync
            }
            var step = ClientStep(action: action)
            step.expect.isOK = nil
            made.append(step)
        }
        if !isPutBack {
            var last = ClientStep(action: .sync)
            last.expect.isOK = nil
            // Each fault may cost a sync; twice forked and a hub that asks for all cost four.
            made += Array(repeating: last, count: 4 + faults)
            var look = ClientStep(action: .look)
            look.expect.hubRows = payments.map {
                .init(table: 7, key: "{id:\($0)}", fields: [:], isThere: true)
            }
            look.expect.pending = 0
            made.append(look)
        }
        one = ConformanceCase(walk: number, steps: made)
    }

    private static func fault(_ random: inout SeededRandom) -> AnswerFault {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return AnswerFault(way: .lost)
        case 1: return AnswerFault(way: .unheard)
        case 2: return AnswerFault(way: .refused(503, "store_busy"))
        case 3: return AnswerFault(way: .cut(Int.random(in: 1...900, using: &random)))
        case 4: return AnswerFault(way: .cut(-Int.random(in: 1...300, using: &random)))
        case 5:
            let type: UInt8 = [0x10, 0x11, 0x12, 0x13].randomElement(using: &random) ?? 0x10
            return AnswerFault(way: .frames([.init(type: type, change: .checksum)]))
        default:
            return AnswerFault(way: .frames([.init(type: 0x13, change: .drop)]))
        }
    }

    private static func hub(_ random: inout SeededRandom) -> [String: JSONValue] {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return ["era": .bool(true)]
        case 1: return ["codec": .number(Int64.random(in: 0...3, using: &random))]
        case 2: return ["page-rows": .number(Int64.random(in: 1...5, using: &random))]
        case 3: return ["put": .array([.object(["payment": .string("q\(random.next() % 5)")])])]
        default:
            let name = JSONValue.object(["text": .string("Shop \(random.next() % 1_000)")])
            return [
                "put": .array([
                    .object([
                        "table": .number(4), "key": .string("{shop}"),
                        "puts": .object(["2": name]),
                    ])
                ])
            ]
        }
    }
}

extension ConformanceCase {
    fileprivate init(walk number: Int, steps: [ClientStep]) {
        id = "WALK-\(number)"
        title = steps.map { "\($0.action)" }.joined(separator: "\n")
        rules = ["X8"]
        level = .L2
        strength = .must
        role = .client
        features = []
        isQuick = true
        negative = nil
        self.steps = steps.map {
            CaseStep(name: nil, device: "d1", action: .client($0), expect: Expectation())
        }
    }
}
