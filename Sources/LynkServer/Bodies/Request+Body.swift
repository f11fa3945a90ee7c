import Foundation
import HTTPTypes
import HummingbirdCore
import LynkCore
import NIOCore

extension Request {
    /// What a JSON body may have.
    static let jsonBytesMax = 64 << 10

    /// The whole body, refused before it is read when its length is declared.
    ///
    /// - Throws: ``Problem`` `body_too_large` above `limit` bytes.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        let tooLarge = Problem(.bodyTooLarge, "a body here has at most \(limit) bytes")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw tooLarge
        }
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    /// - Throws: ``Problem`` `body_malformed`, naming the member that is missing or wrong.
    func json<Body: Decodable>(_: Body.Type) async throws -> Body {
        let bytes = try await bytes(upTo: Self.jsonBytesMax)
        do {
            return try JSONDecoder().decode(Body.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw Problem(.bodyMalformed, error.fact)
        }
    }
}

extension DecodingError {
    /// The one fact that helps: where, without echoing the body.
    fileprivate var fact: String {
        let (path, what): ([any CodingKey], String) =
            switch self {
            case .keyNotFound(let key, let context):
                (context.codingPath + [key], "is missing")
            case .typeMismatch(let type, let context): (context.codingPath, "must be \(type)")
            case .valueNotFound(let type, let context): (context.codingPath, "must be \(type)")
            case .dataCorrupted(let context): (context.codingPath, "is not well formed")
            @unknown default: ([], "is not well formed")
            }
        let place = path.map(\.stringValue).joined(separator: ".")
        return "\(place.isEmpty ? "the JSON body" : place) \(what)"
    }
}
