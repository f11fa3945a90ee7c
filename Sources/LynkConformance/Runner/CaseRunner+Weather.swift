/// Exchanges that meet a bad line.
extension CaseRunner {
    struct Sending {
        var path: String
        var headers: [String: String]
        var made: RequestMaker.Made
    }

    /// The exchange breaks off: what became of it at the server is open, and the device has not
    /// heard. Nil when a whole answer came all the same.
    func broken(_ sending: Sending, _ weather: LineWeather) throws -> PlainAnswer? {
        try world.line.send(
            sending.path, headers: sending.headers, body: sending.made.body, weather)
    }

    /// One request several times at once: whichever the server takes first, the others are
    /// repeats, and every first receipt is given once.
    func raced(
        _ sending: Sending, _ weather: LineWeather, _ device: inout TestDevice
    ) throws -> [String] {
        let answers = try world.line.race(
            sending.path, headers: sending.headers, body: sending.made.body,
            times: weather.times)
        var findings: [String] = []
        var told: [[UInt8]: [Answer.Receipt]] = [:]
        var reads: [Answer] = []
        for answer in answers {
            guard answer.status == 200 else {
                findings.append("X3: status \(answer.status) for one of the same requests")
                continue
            }
            let read = try Answer(answer.body)
            for receipt in read.receipts { told[receipt.oid, default: []].append(receipt) }
            reads.append(read)
        }
        for one in sending.made.sent {
            let receipts = told[one.oid] ?? []
            let firsts = receipts.count { !$0.isRepeat }
            if firsts != 1 { findings.append("X3: \(firsts) first receipts of one change set") }
            if Set(receipts.map(\.dot)).count != 1 || receipts.count != answers.count {
                findings.append("X3: the same request has several dots, or none")
            }
        }
        // The answer with the first receipts goes in; the token of a later one may be newer.
        let isFirst = { (read: Answer) in read.receipts.contains { !$0.isRepeat } }
        for read in reads.sorted(by: { isFirst($0) && !isFirst($1) }) {
            device.take(read, sent: sending.made.sent)
        }
        return findings
    }
}
