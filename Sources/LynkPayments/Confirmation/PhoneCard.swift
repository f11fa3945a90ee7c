package import LynkCore

/// What the office hands a retailer once, on a screen that only he sees: for whom his phone
/// confirms, and the key of one version.
package struct PhoneCard: Hashable, Sendable {
    private static let mark = "LYNKKEY1"

    package let tenant: String
    package let retailer: String
    package let keyVersion: Int64
    /// Thirty-two bytes.
    package let codeKey: [UInt8]

    /// Makes the card of one version; a version is given to one phone only.
    package init?(_ secret: ConfirmationSecret, tenant: TenantID, retailer: RowKey, version: Int64)
    {
        guard version > 0 else { return nil }
        self.tenant = tenant.description
        self.retailer = retailer.description
        keyVersion = version
        codeKey = secret.codeKey(
            tenant: self.tenant, retailer: self.retailer, version: version)
    }

    /// Reads the text of a card; `nil` for anything else.
    package init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count <= ConfirmationLimits.scanTextMax, parts.count == 5,
            parts[0] == Self.mark, let tenant = TenantID(parts[1]),
            let retailer = RowKey(parts[2]), let version = Int64(parts[3]), version > 0,
            let key = bytes(hexadecimal: parts[4]), key.count == 32
        else { return nil }
        self.tenant = tenant.description
        self.retailer = retailer.description
        keyVersion = version
        codeKey = key
    }

    /// Upper-case, for a QR code.
    package var text: String {
        [Self.mark, tenant, retailer, "\(keyVersion)", hexadecimal(codeKey)]
            .joined(separator: ":").uppercased()
    }
}
