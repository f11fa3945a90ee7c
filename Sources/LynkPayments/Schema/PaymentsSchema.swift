import LynkCore

extension Schema {
    /// The payments application's tables, version 1.
    static let payments = Schema(
        "payments", version: 1,
        [
            TenantProfileField.table, AreaField.table, WorkerField.table, RetailerField.table,
            InvoiceField.table, InvoiceLineField.table, PaymentField.table,
            AllocationField.table, ClaimField.table, CollectionNoticeField.table,
            JournalEntryField.table, PostingField.table, ExceptionField.table,
        ])
}

/// What the tables are to whoever writes a change set.
enum TableRole {
    /// Facts about money: never refused, at worst quarantined.
    case money
    /// What a back office keeps: areas, people, shops, invoices.
    case master
    /// Rows that only the hub makes.
    case hub

    init?(_ table: TableID) {
        switch table {
        case PaymentField.table.id: self = .money
        case TenantProfileField.table.id, AreaField.table.id, WorkerField.table.id,
            RetailerField.table.id, InvoiceField.table.id, InvoiceLineField.table.id:
            self = .master
        case AllocationField.table.id, ClaimField.table.id, CollectionNoticeField.table.id,
            JournalEntryField.table.id, PostingField.table.id, ExceptionField.table.id:
            self = .hub
        default: return nil
        }
    }
}
