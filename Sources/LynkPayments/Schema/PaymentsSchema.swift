import LynkCore

extension Schema {
    /// The payments application's tables. Version 1 ended with `exception`; version 3 added what
    /// the hub notes of confirmations, version 4 counts of handovers, where cash went, and what
    /// limits codes.
    static let payments = Schema(
        "payments", version: 4,
        [
            TenantProfileField.table, AreaField.table, WorkerField.table, RetailerField.table,
            InvoiceField.table, InvoiceLineField.table, PaymentField.table,
            AllocationField.table, ClaimField.table, CollectionNoticeField.table,
            JournalEntryField.table, PostingField.table, ExceptionField.table,
            TenantPolicyField.table, SubscriptionField.table, PlanUsageField.table,
            MonthlyTargetField.table, UserAccountField.table, DeviceStatusField.table,
            RetailerPrivateField.table, RetailerKeyField.table, AssignmentChangeField.table,
            WorkerVisitField.table, AttestationField.table, OtpChallengeField.table,
            InstrumentCorrectionField.table, PaymentEventField.table, ProofFileField.table,
            DeviceReportField.table, DecisionField.table, DisputeField.table,
            NotificationField.table, ChequeEventField.table, BankLineField.table,
            BankMatchField.table, InstrumentAlertField.table, HandoverField.table,
            DepositField.table, DayCloseField.table, WorkerDayField.table, AreaDayField.table,
            ClockTickField.table, CreditNoteField.table, InvoiceAmendmentField.table,
            WriteOffField.table, HandoverCountField.table, CashCoverField.table,
            CodeLimitField.table,
        ])
}

/// What the tables are to whoever writes a change set.
enum TableRole {
    /// Payments: never refused, at worst quarantined.
    case money
    /// Facts beside payments: corrections, confirmations, handovers, what banks did.
    case evidence
    /// What a back office keeps: areas, people, shops, invoices.
    case master
    /// Rows that only the hub makes.
    case hub

    init?(_ table: TableID) {
        guard let role = Self.byTable[table] else { return nil }
        self = role
    }

    private static let byTable: [TableID: TableRole] = Dictionary(
        uniqueKeysWithValues: [
            (
                TableRole.master,
                [
                    TenantProfileField.table, AreaField.table, WorkerField.table,
                    RetailerField.table, InvoiceField.table, InvoiceLineField.table,
                    TenantPolicyField.table, SubscriptionField.table, MonthlyTargetField.table,
                    UserAccountField.table, DeviceStatusField.table, RetailerPrivateField.table,
                    RetailerKeyField.table, AssignmentChangeField.table,
                ]
            ),
            (
                .evidence,
                [
                    WorkerVisitField.table, AttestationField.table,
                    InstrumentCorrectionField.table, ProofFileField.table,
                    DeviceReportField.table, DecisionField.table, DisputeField.table,
                    ChequeEventField.table, BankLineField.table, BankMatchField.table,
                    InstrumentAlertField.table, HandoverField.table,
                    HandoverCountField.table, DepositField.table, DayCloseField.table,
                    ClockTickField.table, CreditNoteField.table,
                    InvoiceAmendmentField.table, WriteOffField.table,
                ]
            ),
            (.money, [PaymentField.table]),
            (
                .hub,
                [
                    AllocationField.table, ClaimField.table, CollectionNoticeField.table,
                    JournalEntryField.table, PostingField.table, ExceptionField.table,
                    PlanUsageField.table, OtpChallengeField.table, PaymentEventField.table,
                    NotificationField.table, WorkerDayField.table, AreaDayField.table,
                    CashCoverField.table, CodeLimitField.table,
                ]
            ),
        ].flatMap { role, tables in tables.map { ($0.id, role) } })
}
