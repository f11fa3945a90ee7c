import Lynk

/// Stands for a photo that travels by other means: here its bytes are its caption.
enum Photo {
    static func hash(of caption: String) -> [UInt8] {
        let first = RowKey.derived("photo", [Array(caption.utf8)])
        let second = RowKey.derived("photo", [first.bytes])
        return first.bytes + second.bytes
    }
}
