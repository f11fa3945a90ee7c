import Lynk
import LynkPayments
import Testing

@Suite("What an exchange costs on a real line")
struct ExchangeCostTests {
    @Test("Within a session an exchange with nothing to do takes at most 100 bytes each way")
    func idle() async throws {
        try await Installation.run { installation in
            let tank = Wholesaler.first
            try await installation.office.open(tank)
            let phone = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: installation)
            try await phone.sync()
            for _ in 0..<3 {
                let cost = try await phone.sync().transfer
                #expect(cost.requests == 1)
                #expect((1...100).contains(cost.bodyBytesSent), "\(cost.bodyBytesSent)")
                #expect((1...100).contains(cost.bodyBytesReceived), "\(cost.bodyBytesReceived)")
            }
        }
    }
}
