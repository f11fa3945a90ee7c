import LynkCore
import Testing

@testable import LynkPayments

@Suite("What a device computes for itself")
struct DeskTests {
    private func invoice(_ number: UInt64, _ open: Int64, issued: String, due: String = "")
        -> OpenInvoice
    {
        OpenInvoice(
            key: RowKey(high: 1, low: number), number: "INV-\(number)", issueDate: issued,
            dueDate: due, open: open)
    }

    private var invoices: [OpenInvoice] {
        [
            invoice(10, 300, issued: "2026-10-02", due: "2026-10-05"),
            invoice(9, 200, issued: "2026-10-02", due: "2026-10-20"),
            invoice(1, 100, issued: "2026-10-03", due: "2026-10-10"),
        ]
    }

    private func places(_ pieces: [ProvisionalAllocation]) -> [String] {
        pieces.map { "\($0.invoice.low):\($0.amount)" }
    }

    @Test("Oldest first, numbers as people count, the rest is credit")
    func oldestFirst() {
        let all = PaymentDesk.provisional(700, over: invoices)
        #expect(places(all.pieces) == ["9:200", "10:300", "1:100"])
        #expect(all.unapplied == 100)
        let part = PaymentDesk.provisional(250, over: invoices)
        #expect(places(part.pieces) == ["9:200", "10:50"])
        #expect(part.unapplied == 0)
        #expect(PaymentDesk.provisional(5, over: []).unapplied == 5)
    }

    @Test("What the payer named comes first, what is pending is not open")
    func named() {
        let one = RowKey(high: 1, low: 1)
        let named = PaymentDesk.provisional(250, over: invoices, intent: [one, one])
        #expect(places(named.pieces) == ["1:100", "9:150"])
        let pending = ProvisionalAllocation.text([
            ProvisionalAllocation(invoice: RowKey(high: 1, low: 9), amount: 150),
            ProvisionalAllocation(invoice: one, amount: 500),
        ])
        let rest = PaymentDesk.provisional(400, over: invoices, pending: [pending])
        #expect(places(rest.pieces) == ["9:50", "10:300"])
        #expect(rest.unapplied == 50)
        let due = PaymentDesk.provisional(350, over: invoices, order: .dueDate)
        #expect(places(due.pieces) == ["10:300", "1:50"])
    }

    @Test("The text of an allocation reads back, and strange pieces are left out")
    func text() {
        let pieces = [
            ProvisionalAllocation(invoice: RowKey(high: 1, low: 9), amount: 150),
            ProvisionalAllocation(invoice: RowKey(high: 1, low: 8), amount: 1),
        ]
        let text = ProvisionalAllocation.text(pieces)
        #expect(ProvisionalAllocation.parse(text) == pieces)
        #expect(ProvisionalAllocation.parse(text + "," + text + ",x:1,:,") == pieces)
        let key = RowKey(high: 1, low: 9).description
        for amount in ["0", "-1", "1.5", "", "10000000000001", "99999999999999999999"] {
            #expect(ProvisionalAllocation.parse("\(key):\(amount)") == [])
        }
        let many = (0..<500).map {
            ProvisionalAllocation(invoice: RowKey(high: 2, low: $0), amount: 1)
        }
        #expect(ProvisionalAllocation.parse(ProvisionalAllocation.text(many)).count == 100)
    }

    @Test("A spread never gives an invoice more than it has, nor more than there is")
    func laws() {
        for amount in Int64(0)...7 {
            for code in 0..<64 {
                let open = [Int64(code & 3), Int64(code >> 2 & 3), Int64(code >> 4)]
                for named in [[], [2], [1, 0], [2, 2]] {
                    let pieces = OldestFirst.spread(amount, over: open, named: named)
                    let total = pieces.reduce(0) { $0 + $1.amount }
                    #expect(total == min(amount, open.reduce(0, +)))
                    #expect(Set(pieces.map(\.index)).count == pieces.count)
                    #expect(pieces.allSatisfy { $0.amount > 0 && $0.amount <= open[$0.index] })
                }
            }
        }
    }
}
