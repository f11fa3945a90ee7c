import LynkCore
import Testing

@testable import LynkPayments

@Suite("The schema")
struct SchemaTests {
    private let schema = Payments().schema

    @Test("It has no slips, and its tables their names")
    func declaration() {
        #expect(schema.problems.isEmpty)
        #expect(schema.name == "payments")
        #expect(schema.version == 4)
        #expect(
            schema.tables.map { "\($0.id) \($0.name)" } == [
                "1 tenant_profile", "2 area", "3 worker", "4 retailer", "5 invoice",
                "6 invoice_line", "7 payment", "8 allocation", "9 claim", "10 collection_notice",
                "11 journal_entry", "12 posting", "13 exception", "14 tenant_policy",
                "15 subscription", "16 plan_usage", "17 monthly_target", "18 user_account",
                "19 device_status", "20 retailer_private", "21 retailer_key",
                "22 assignment_change", "23 worker_visit", "24 attestation", "25 otp_challenge",
                "26 instrument_correction", "27 payment_event", "28 proof_file",
                "29 device_report", "30 decision", "31 dispute", "32 notification",
                "33 cheque_event", "34 bank_line", "35 bank_match", "36 instrument_alert",
                "37 handover", "38 deposit", "39 day_close", "40 worker_day", "41 area_day",
                "42 clock_tick", "43 credit_note", "44 invoice_amendment", "45 write_off",
                "46 handover_count", "47 cash_cover", "48 code_limit",
            ])
        let indexes = schema.tables.flatMap(\.indexes).map(\.name)
        #expect(Set(indexes).count == indexes.count, "index names are the database's")
        #expect(schema.tables.allSatisfy { TableRole($0.id) != nil })
    }

    @Test("Constants name the columns that they say")
    func ordinals() {
        func check<Field: TableField>(_: Field.Type) {
            for field in Field.allCases {
                #expect(Field.table.ordinal(of: field.rawValue) == field.ordinal)
                #expect(Field.table.fields[field.ordinal] == field.schema)
            }
        }
        check(TenantProfileField.self)
        check(AreaField.self)
        check(WorkerField.self)
        check(RetailerField.self)
        check(InvoiceField.self)
        check(InvoiceLineField.self)
        check(PaymentField.self)
        check(AllocationField.self)
        check(ClaimField.self)
        check(CollectionNoticeField.self)
        check(JournalEntryField.self)
        check(PostingField.self)
        check(ExceptionField.self)
        check(TenantPolicyField.self)
        check(SubscriptionField.self)
        check(PlanUsageField.self)
        check(MonthlyTargetField.self)
        check(UserAccountField.self)
        check(DeviceStatusField.self)
        check(RetailerPrivateField.self)
        check(RetailerKeyField.self)
        check(AssignmentChangeField.self)
        check(WorkerVisitField.self)
        check(AttestationField.self)
        check(OtpChallengeField.self)
        check(InstrumentCorrectionField.self)
        check(PaymentEventField.self)
        check(ProofFileField.self)
        check(DeviceReportField.self)
        check(DecisionField.self)
        check(DisputeField.self)
        check(NotificationField.self)
        check(ChequeEventField.self)
        check(BankLineField.self)
        check(BankMatchField.self)
        check(InstrumentAlertField.self)
        check(HandoverField.self)
        check(DepositField.self)
        check(DayCloseField.self)
        check(WorkerDayField.self)
        check(AreaDayField.self)
        check(ClockTickField.self)
        check(CreditNoteField.self)
        check(InvoiceAmendmentField.self)
        check(WriteOffField.self)
    }

    @Test("What was said about a payment cannot be said again differently")
    func facts() {
        let stated = PaymentField.allCases.map(\.schema).filter { $0.authority == .device }
        #expect(
            stated.filter { $0.policy != .immutable }.map(\.name) == ["lifecycle"])
        let hub = [AllocationField.table, ClaimField.table, PostingField.table]
        #expect(hub.flatMap(\.fields).allSatisfy { $0.authority == .hub })
    }

    @Test("The lifecycle is a total order, and merging is its maximum")
    func lattice() {
        let states = Lifecycle.allCases.map { Value.text($0.rawValue) }
        let policy = MergePolicy.lattice(Lifecycle.lattice)
        func merged(_ left: Value, _ right: Value) -> Value {
            switch FieldMerge.decide(
                right, over: left, policy: policy, knew: false, isLater: { false })
            {
            case .replace, .replaceInConflict: right
            case .same, .keepInConflict, .refuse: left
            }
        }
        for left in states {
            #expect(merged(left, left) == left)
            for right in states {
                #expect(merged(left, right) == merged(right, left))
                for third in states {
                    #expect(
                        merged(merged(left, right), third) == merged(left, merged(right, third)))
                }
            }
        }
        #expect(
            Lifecycle.lattice.states == [
                "INITIATED", "OTP_SENT", "OTP_VERIFIED", "EXPIRED", "CANCELLED", "COMPLETED",
            ])
        #expect(merged("CANCELLED", "COMPLETED") == "COMPLETED")
    }

    @Test("Every query reads columns with distinct names, and only the office may run it")
    func queries() {
        let queries = Payments().queries
        #expect(Set(queries.map(\.name)).count == queries.count)
        for query in queries {
            #expect(Set(query.columns.map(\.name)).count == query.columns.count, "\(query.name)")
            #expect(query.roles.contains("admin"))
            #expect(Set(query.roles).isSubset(of: ["admin", "cashier", "auditor"]))
            for parameter in query.parameters {
                #expect(query.sql.contains(":\(parameter.name)"))
            }
        }
    }
}
