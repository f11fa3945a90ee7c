import Lynk

/// What the run cost, and whether every device equals the hub.
struct RunReport: Sendable {
    let devices: Int
    let equalDevices: Int
    let pendingChangeSets: Int
    let incidents: Int
    let changeSets: Int
    let receipts: [Disposition: Int]
    let repeatedReceipts: Int
    let retries: Int
    let repeatedUploads: Int
    let droppedAnswers: Int
    let kills: Int
    let network: TransferStatistics
    let seconds: Double

    init(
        _ collectors: [Collector], network: TransferStatistics, kills: Int, seconds: Double
    ) throws {
        let sums = collectors.map(\.sum)
        devices = collectors.count
        let standings = try collectors.map { try $0.standing() }
        equalDevices = standings.count(where: \.isEqual)
        pendingChangeSets = standings.reduce(0) { $0 + $1.pending }
        incidents = standings.reduce(0) { $0 + $1.incidents }
        changeSets = sums.reduce(0) { $0 + $1.changeSets }
        receipts = sums.reduce(into: [:]) {
            $0.merge($1.report.receipts, uniquingKeysWith: +)
        }
        repeatedReceipts = sums.reduce(0) { $0 + $1.report.receiptsRepeated }
        retries = sums.reduce(0) { $0 + $1.retries }
        repeatedUploads = collectors.reduce(0) { $0 + $1.faults.repeated }
        droppedAnswers = collectors.reduce(0) { $0 + $1.faults.dropped }
        self.kills = kills
        self.network = network
        self.seconds = seconds
    }

    var text: String {
        let answers = Disposition.allCases.compactMap { disposition in
            receipts[disposition].map { "\(counted($0)) \(disposition.rawValue)" }
        }
        return """
            Change sets written     \(counted(changeSets)), without a receipt \(pendingChangeSets)
            Receipts                \(answers.joined(separator: ", ")), of these \
            \(counted(repeatedReceipts)) repeated
            Round trips             \(counted(network.requests))
            Bytes sent              \(counted(network.bodyBytesSent)) in bodies, \
            \(counted(network.headerBytesSent)) in headers
            Bytes received          \(counted(network.bodyBytesReceived)) in bodies, \
            \(counted(network.headerBytesReceived)) in headers
            Faults                  \(counted(repeatedUploads)) uploads repeated, \
            \(counted(droppedAnswers)) answers dropped, lynkd killed \(kills) times
            Time                    \((seconds * 10).rounded() / 10) s
            Digest equal to the hub \(equalDevices) of \(devices) devices
            """
    }

    var faults: [String] {
        var faults: [String] = []
        if equalDevices != devices {
            faults.append("\(devices - equalDevices) devices differ from the hub")
        }
        if incidents != 0 { faults.append("\(incidents) differences were found on the way") }
        if pendingChangeSets != 0 {
            faults.append("\(pendingChangeSets) change sets have no receipt")
        }
        return faults
    }
}
