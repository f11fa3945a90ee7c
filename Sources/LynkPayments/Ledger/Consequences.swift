import LynkCore

extension Books {
    /// Works through a change set: what is owed first, then money, then what was said about money,
    /// so that each finds what it is about; then credit looks for what it can pay.
    mutating func book() throws {
        try each(RetailerField.table) { try $0.retailer($1) }
        try each(InvoiceField.table) { try $0.invoice($1) }
        try each(InvoiceAmendmentField.table) { try $0.amendment($1) }
        try settle()
        try each(CreditNoteField.table) { try $0.creditNote($1) }
        try each(PaymentField.table) { try $0.payment($1) }
        try each(RetailerKeyField.table) { try $0.retailerKey($1) }
        try each(AttestationField.table) { try $0.attestation($1) }
        try each(DeviceStatusField.table) { try $0.deviceStatus($1) }
        try each(InstrumentCorrectionField.table) { try $0.correction($1) }
        try each(InstrumentAlertField.table) { try $0.instrumentAlert($1) }
        try each(ChequeEventField.table) { try $0.chequeEvent($1) }
        try each(BankLineField.table) { try $0.bankLine($1) }
        try each(BankMatchField.table) { try $0.bankMatch($1) }
        try each(DecisionField.table) { try $0.decision($1) }
        try each(DisputeField.table) { try $0.dispute($1) }
        try each(WriteOffField.table) { try $0.writeOff($1) }
        try each(HandoverField.table) { try $0.handover($1) }
        try each(HandoverCountField.table) { try $0.handoverCount($1) }
        try each(DepositField.table) { try $0.deposit($1) }
        try each(DayCloseField.table) { try $0.dayClose($1) }
        try each(DeviceReportField.table) { try $0.deviceReport($1) }
        if submission.changes.contains(where: { $0.table == SubscriptionField.table.id }) {
            try renew()
        }
        if submission.changes.contains(where: { $0.table == ClockTickField.table.id }) {
            try tick()
        }
        try settle()
        try coverCash()
        try finish()
    }

    private mutating func each(
        _ table: TableSchema, _ step: (inout Books, RowChange) throws -> Void
    ) throws {
        for change in submission.changes where change.table == table.id {
            try step(&self, change)
        }
    }
}
