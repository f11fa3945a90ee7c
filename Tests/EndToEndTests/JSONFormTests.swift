import Lynk
import LynkPayments
import LynkWire
import Testing

@Suite("A device whose every exchange passes as JSON is a device like all")
struct JSONFormTests {
    /// Turns what a device sends into JSON, and what the hub answers back into frames.
    private struct JSONLine: HTTPTransport {
        let line: any HTTPTransport

        var statistics: TransferStatistics { line.statistics }

        func send(_ request: HTTPRequest, onBody: HTTPBodyHandler?) async throws -> HTTPResponse {
            guard request.url.hasSuffix("/sync"), let onBody else {
                return try await line.send(request, onBody: onBody)
            }
            var asked = request
            let isPacked = request.headers.contains(HTTPHeader("Content-Encoding", "zstd"))
            let frames =
                isPacked ? try Zstd.decompress(request.body, limit: 64 << 20) : request.body
            asked.body = try MessageJSON.text(of: frames)
            asked.headers.removeAll {
                ["content-type", "content-encoding", "accept-encoding", "accept"]
                    .contains($0.name.lowercased())
            }
            asked.headers.append(HTTPHeader("Content-Type", MessageJSON.mediaType))
            asked.responseBytesMax = 64 << 20
            let answer = try await line.send(asked, onBody: nil)
            guard answer.head.status == 200 else { return answer }
            #expect(answer.head.mediaType == MessageJSON.mediaType)
            let head = HTTPResponseHead(
                status: 200,
                headers: [HTTPHeader("Content-Type", "application/vnd.lynk.sync+cbor")])
            _ = try onBody(
                HTTPBodyChunk(head: head, bytes: try MessageJSON.body(of: answer.body)))
            return HTTPResponse(head: head)
        }
    }

    @Test("Payments, receipts, pages, conflicts, short hellos: the same books and digests")
    func payments() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled(
                "ravi", tank.ravi, of: tank, at: hub, through: JSONLine(line: hub.transport))
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            for round: Int64 in 1...3 {
                try ravi.collect(round * 1_000, at: tank.shop, for: [tank.firstInvoice])
                try sita.collect(round * 500, at: tank.shop, for: [tank.firstInvoice])
                for phone in [ravi, sita, ravi] {
                    #expect(try await phone.sync().digestMatches)
                }
                for phone in [ravi, sita] { try phone.expectInStep() }
            }
            #expect(try ravi.replica.status().pending == 0)
            let total = try await hub.office.books(of: tank.tenant)
            #expect(total.contains("collected 6 9000 9000"))
        }
    }
}
