import HTTPTypes
import HummingbirdCore
import LynkWire

/// The two forms of the exchange's messages (Protocol/12-json.md): frames of CBOR, and their exact
/// JSON.
enum MessageForm: Sendable, CaseIterable {
    case cbor
    case json

    var mediaType: String {
        switch self {
        case .cbor: "application/vnd.lynk.sync+cbor"
        case .json: MessageJSON.mediaType
        }
    }

    /// - Parameter contentType: with or without parameters; JSON has none that change its meaning.
    init?(contentType: String?) {
        let type = contentType?.split(separator: ";").first?.filter { !$0.isWhitespace }
        guard let form = Self.allCases.first(where: { $0.mediaType == type?.lowercased() }) else {
            return nil
        }
        self = form
    }
}

extension Request {
    /// The form that the peer prefers, else the one that it wrote in (J7). No `Accept` is refused:
    /// who can write a form can read it.
    func answerForm(of request: MessageForm) -> MessageForm {
        guard let accepted = headers[.accept].map(WeightedList.init) else { return request }
        let json = accepted.weight(ofType: MessageForm.json.mediaType)
        let cbor = accepted.weight(ofType: MessageForm.cbor.mediaType)
        return json == cbor ? request : json > cbor ? .json : .cbor
    }

    /// Whether the peer takes zstd (RFC 9110 section 12.5.3; a weight of zero refuses it).
    var acceptsZstd: Bool {
        headers[.acceptEncoding].map(WeightedList.init)?.weights["zstd"] ?? 0 > 0
    }
}

/// What a field such as `Accept` lists, with the weights (RFC 9110 section 12.4.2).
struct WeightedList {
    let weights: [String: Double]

    init(_ field: String) {
        var weights: [String: Double] = [:]
        for element in field.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            weights[name] = weight.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
        self.weights = weights
    }

    /// The weight of a media type: that of the narrowest range which names it, else none.
    func weight(ofType type: String) -> Double {
        let range = type.prefix { $0 != "/" } + "/*"
        return weights[type] ?? weights[String(range)] ?? weights["*/*"] ?? 0
    }
}

/// Gives the frames of an answer the form that goes out, as they come.
struct AnswerRenderer: Sendable {
    private var json: MessageJSONStream?

    init(_ form: MessageForm) {
        json = form == .json ? MessageJSONStream() : nil
    }

    /// - Parameter isLast: whether the answer ends with these frames.
    /// - Throws: ``WireError`` for frames that are none.
    mutating func text(of frames: [UInt8], isLast: Bool) throws -> [UInt8] {
        guard json != nil else { return frames }
        var text = try json?.append(frames) ?? []
        if isLast { text += try json?.finish() ?? [] }
        return text
    }

    /// What shows a waiting reader that the line lives: frames that say nothing have no JSON, and
    /// space between messages says as little.
    mutating func beat(_ frames: [UInt8]) throws -> [UInt8] {
        let text = try text(of: frames, isLast: false)
        return text.isEmpty ? [UInt8(ascii: "\n")] : text
    }
}
