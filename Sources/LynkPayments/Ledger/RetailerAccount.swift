import LynkCore

/// One retailer's rows while a change set works on them.
struct RetailerAccount {
    var retailer: Entry<RetailerField>
    /// In the order in which they are paid; some may be paid meanwhile.
    private(set) var invoices: [Entry<InvoiceField>]
    /// Payments whose credit this change set touched.
    var creditors: Set<RowKey> = []
    /// Whether standing credit may have found something to pay.
    var needsSettling = false
    private let order: AllocationOrder
    private let position: Int64
    /// Invoices that may have changed.
    private var touched: Set<RowKey> = []

    init(
        _ retailer: Entry<RetailerField>, invoices: [Entry<InvoiceField>],
        order: AllocationOrder, position: Int64
    ) {
        self.position = position
        self.retailer = retailer
        self.order = order
        self.invoices = invoices
        self.invoices.sort { [order] in Self.precedes($0, $1, order) }
    }

    var key: RowKey { retailer.key }

    func index(of invoice: RowKey) -> Int? { invoices.firstIndex { $0.key == invoice } }

    subscript(index: Int) -> Entry<InvoiceField> {
        get { invoices[index] }
        set {
            touched.insert(newValue.key)
            invoices[index] = newValue
        }
    }

    /// Brings an invoice in at its place.
    @discardableResult
    mutating func insert(_ invoice: Entry<InvoiceField>) -> Int {
        // Imports come in order, so the place is most often the end.
        var place = invoices.count
        while place > 0, Self.precedes(invoice, invoices[place - 1], order) { place -= 1 }
        invoices.insert(invoice, at: place)
        touched.insert(invoice.key)
        return place
    }

    /// The invoice's place, read through the books when it is not among the unpaid ones.
    ///
    /// - Returns: `nil` for an invoice that does not exist or is another retailer's.
    mutating func index(of invoice: RowKey, in books: Books) throws -> Int? {
        if let index = index(of: invoice) { return index }
        guard let entry = try books.find(InvoiceField.self, invoice),
            entry.reference(.retailer) == key
        else { return nil }
        return insert(entry)
    }

    /// Puts a key in front of the last five of a list.
    mutating func note(_ key: RowKey, in field: RetailerField) {
        let others = KeyText.keys(retailer.text(field)).filter { $0 != key }
        retailer[field] = .text(KeyText.list([key] + others.prefix(4)))
    }

    /// The rows that changed, with what follows from them.
    var changes: [RowChange] {
        var retailer = retailer
        let due = invoices.lazy.filter { $0.money(.open) > 0 }.map { $0.text(.dueDate) }.min()
        retailer[.oldestOpenDue] = due.map(Value.text) ?? .null
        let left = retailer.money(.creditLimit).subtractingReportingOverflow(
            retailer.money(.outstanding))
        if !left.overflow { retailer[.creditLeft] = .integer(left.partialValue) }
        if retailer.change != nil { retailer[.computedPosition] = .integer(position) }
        return [retailer.change].compactMap { $0 }
            + invoices.lazy.filter { touched.contains($0.key) }.compactMap(\.change)
    }

    private static func precedes(
        _ left: Entry<InvoiceField>, _ right: Entry<InvoiceField>, _ order: AllocationOrder
    ) -> Bool {
        let day: InvoiceField = order == .issueDate ? .issueDate : .dueDate
        return OldestFirst.precedes(
            (left.text(day), left.text(.number), left.key),
            (right.text(day), right.text(.number), right.key))
    }
}
