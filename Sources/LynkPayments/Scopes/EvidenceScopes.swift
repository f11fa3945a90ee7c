import LynkCore

/// Where facts beside payments are seen: by whoever may write them, and by the office.
enum EvidenceScopes {
    static func scopes(
        of values: [Value], in table: TableSchema, _ effective: HybridTimestamp
    ) -> [Scope] {
        func key<Field: TableField>(_ field: Field) -> RowKey? { values[field.ordinal].keyValue }
        let month = CivilDay(milliseconds: effective.milliseconds).monthName
        func worker(_ key: RowKey?) -> Scope? { key.map { ScopeName.worker($0, month: month) } }
        let found: [Scope?] =
            switch table.id {
            case WorkerVisitField.table.id: [worker(key(WorkerVisitField.worker))]
            case AttestationField.table.id:
                [
                    key(AttestationField.retailer).map(ScopeName.phone),
                    worker(key(AttestationField.worker)),
                ]
            case InstrumentCorrectionField.table.id: [worker(key(InstrumentCorrectionField.by))]
            case ProofFileField.table.id: [worker(key(ProofFileField.by))]
            case DeviceReportField.table.id: [worker(key(DeviceReportField.worker))]
            case HandoverField.table.id: [worker(key(HandoverField.worker))]
            case DisputeField.table.id: [key(DisputeField.retailer).map(ScopeName.phone)]
            case DayCloseField.table.id:
                [key(DayCloseField.worker).map { ScopeName.worker($0) } ?? ScopeName.tenant]
            case CreditNoteField.table.id:
                [key(CreditNoteField.retailer).map(ScopeName.retailer)]
            case InvoiceAmendmentField.table.id:
                [key(InvoiceAmendmentField.retailer).map(ScopeName.retailer)]
            case WriteOffField.table.id: [key(WriteOffField.retailer).map(ScopeName.retailer)]
            default: []
            }
        let scopes = found.compactMap { $0 }
        return scopes.isEmpty ? [ScopeName.admin] : scopes
    }
}
