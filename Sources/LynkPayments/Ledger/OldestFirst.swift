import LynkCore

/// How an amount is spread over unpaid invoices; the same on a device and at the hub.
enum OldestFirst {
    /// A place in the list of invoices, and what it gets.
    struct Piece: Equatable {
        let index: Int
        let amount: Int64
    }

    /// Spreads an amount: first over the invoices that the payer named, in that order, then over
    /// the rest in the order of the list.
    ///
    /// - Parameters:
    ///   - open: what is open of each invoice, oldest first; less than one takes nothing.
    ///   - named: places in the list.
    /// - Returns: one piece per invoice that gets something; they sum to `amount` or less.
    static func spread(_ amount: Int64, over open: [Int64], named: [Int] = []) -> [Piece] {
        var left = amount
        var pieces: [Piece] = []
        var taken: Set<Int> = []
        func take(_ index: Int) {
            guard left > 0, open[index] > 0, taken.insert(index).inserted else { return }
            let piece = min(left, open[index])
            pieces.append(Piece(index: index, amount: piece))
            left -= piece
        }
        named.forEach(take)
        for index in open.indices where left > 0 { take(index) }
        return pieces
    }

    /// Whether an invoice is paid before another: by day, then by number as people count, then
    /// by key.
    static func precedes(
        _ left: (day: String, number: String, key: RowKey),
        _ right: (day: String, number: String, key: RowKey)
    ) -> Bool {
        if left.day != right.day { return left.day < right.day }
        let order = NaturalOrder.compare(left.number, right.number)
        return order == 0 ? left.key < right.key : order < 0
    }
}
