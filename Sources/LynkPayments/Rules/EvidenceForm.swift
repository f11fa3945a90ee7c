import LynkCore

/// What a fact beside a payment must be made of.
enum EvidenceForm {
    /// The first field that is not as it must be, with its table.
    static func flaw(in change: RowChange) -> String? {
        let flaw: FieldSchema? =
            switch change.table {
            case DecisionField.table.id:
                first(
                    key(change, DecisionField.payment),
                    oneOf(change, DecisionField.action, DecisionAction.self))
            case ChequeEventField.table.id:
                first(
                    key(change, ChequeEventField.payment),
                    oneOf(change, ChequeEventField.event, ChequeStep.self),
                    day(change, ChequeEventField.day))
            case BankLineField.table.id:
                first(amount(change, BankLineField.amount), day(change, BankLineField.day))
            case BankMatchField.table.id:
                first(key(change, BankMatchField.line), key(change, BankMatchField.payment))
            case InstrumentCorrectionField.table.id:
                first(key(change, InstrumentCorrectionField.payment))
            case DisputeField.table.id:
                first(key(change, DisputeField.payment), key(change, DisputeField.retailer))
            case HandoverField.table.id:
                first(
                    key(change, HandoverField.worker),
                    sumOrZero(change, HandoverField.cash), sumOrZero(change, HandoverField.counted))
            case HandoverCountField.table.id:
                first(
                    key(change, HandoverCountField.handover),
                    sum(change, HandoverCountField.counted))
            case DepositField.table.id:
                first(amount(change, DepositField.amount), day(change, DepositField.day))
            case DayCloseField.table.id: first(day(change, DayCloseField.day))
            case CreditNoteField.table.id: creditNote(change)
            case InvoiceAmendmentField.table.id: amendment(change)
            case WriteOffField.table.id:
                first(
                    key(change, WriteOffField.invoice), key(change, WriteOffField.retailer),
                    amount(change, WriteOffField.amount))
            case AttestationField.table.id: attestation(change)
            case ProofFileField.table.id: first(key(change, ProofFileField.payment))
            default: nil
            }
        guard let flaw else { return nil }
        return "\(Schema.payments.table(change.table)?.name ?? "").\(flaw.name)"
    }

    /// A line of a phone's log has a number and need not know the payment; all else names it.
    private static func attestation(_ change: RowChange) -> FieldSchema? {
        let source = change.value(AttestationField.uploadedBy)?.textValue
        let counter = change.value(AttestationField.counter)?.integerValue ?? 0
        let version = change.value(AttestationField.keyVersion)?.integerValue ?? 0
        let isLine =
            source != AttestationSource.worker.rawValue && counter > 0
            && counter < .max - ConfirmationLimits.window && version > 0
        return first(
            key(change, AttestationField.retailer), amount(change, AttestationField.amount),
            oneOf(change, AttestationField.kind, AttestationKind.self),
            oneOf(change, AttestationField.uploadedBy, AttestationSource.self),
            isLine ? nil : key(change, AttestationField.payment))
    }

    private static func creditNote(_ change: RowChange) -> FieldSchema? {
        first(
            key(change, CreditNoteField.retailer), amount(change, CreditNoteField.total),
            day(change, CreditNoteField.day))
            ?? adds(
                change, [CreditNoteField.taxable, .gst], to: .total)
    }

    private static func amendment(_ change: RowChange) -> FieldSchema? {
        first(
            key(change, InvoiceAmendmentField.invoice),
            key(change, InvoiceAmendmentField.retailer),
            amount(change, InvoiceAmendmentField.total))
            ?? adds(change, [InvoiceAmendmentField.taxable, .gst, .roundOff], to: .total)
    }

    private static func first(_ flaws: FieldSchema?...) -> FieldSchema? {
        flaws.lazy.compactMap { $0 }.first
    }

    private static func key<Field: TableField>(
        _ change: RowChange, _ field: Field
    ) -> FieldSchema? {
        change.value(field)?.keyValue == nil ? field.schema : nil
    }

    private static func amount<Field: TableField>(
        _ change: RowChange, _ field: Field
    ) -> FieldSchema? {
        let paise = change.value(field)?.integerValue ?? 0
        return (1...PaymentLimits.amountMax).contains(paise) ? nil : field.schema
    }

    private static func sumOrZero<Field: TableField>(
        _ change: RowChange, _ field: Field
    ) -> FieldSchema? {
        let paise = change.value(field)?.integerValue ?? 0
        return (0...PaymentLimits.amountMax).contains(paise) ? nil : field.schema
    }

    /// Zero counts too, but it must be said.
    private static func sum<Field: TableField>(
        _ change: RowChange, _ field: Field
    ) -> FieldSchema? {
        change.value(field)?.integerValue == nil ? field.schema : sumOrZero(change, field)
    }

    private static func day<Field: TableField>(
        _ change: RowChange, _ field: Field
    ) -> FieldSchema? {
        (change.value(field)?.textValue).flatMap { CivilDay($0) } == nil ? field.schema : nil
    }

    private static func oneOf<Field: TableField, States: RawRepresentable>(
        _ change: RowChange, _ field: Field, _: States.Type
    ) -> FieldSchema? where States.RawValue == String {
        (change.value(field)?.textValue).flatMap { States(rawValue: $0) } == nil
            ? field.schema : nil
    }

    private static func adds<Field: TableField>(
        _ change: RowChange, _ parts: [Field], to total: Field
    ) -> FieldSchema? {
        let limit = -PaymentLimits.amountMax...PaymentLimits.amountMax
        var rest = change.value(total)?.integerValue ?? 0
        for part in parts {
            let paise = change.value(part)?.integerValue ?? 0
            guard limit.contains(paise) else { return part.schema }
            rest -= paise
        }
        return rest == 0 ? nil : total.schema
    }
}
