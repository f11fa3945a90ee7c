import HTTPTypes
import LynkCore

extension ProblemCode {
    /// The HTTP status that goes with a code. A client matches the code; the status is for
    /// proxies and people.
    var status: HTTPResponse.Status {
        switch self {
        case .tokenMissing, .tokenInvalid, .tokenExpired, .challengeInvalid, .notEnrolled,
            .signatureInvalid:
            .unauthorized
        case .forbidden, .deviceRevoked, .notAuthorized: .forbidden
        case .notFound, .enrolmentCodeUnknown: .notFound
        case .enrolmentCodeUsed: .gone
        case .alreadyExists, .chainGap, .laneForked, .schemaUnknown, .replicaLocked,
            .directoryLocked, .directoryNotEmpty, .sessionUnknown, .hubRolledBack,
            .changeSetReplaced, .scopesChanged:
            .conflict
        case .bodyTooLarge, .changeSetTooLarge: .contentTooLarge
        case .mediaTypeUnsupported: .unsupportedMediaType
        case .rangeUnsatisfiable: .rangeNotSatisfiable
        // Not 426: it must name a protocol to upgrade to in a header that HTTP/2 forbids.
        case .backupInvalid, .bodyMalformed, .changeSetMalformed, .protocolUnsupported,
            .importInvalid,
            .parameterInvalid, .roleUnknown, .upgradeRequired:
            .badRequest
        case .storeBusy, .storeFailed, .overloaded, .hubBehind: .serviceUnavailable
        case .unreachable, .responseInvalid: .badGateway
        case .timedOut: .gatewayTimeout
        case .internalFailure: .internalServerError
        default: .unprocessableContent
        }
    }

    /// Seconds after which a repeat may succeed, for the header Retry-After.
    var retryAfterSeconds: Int? {
        switch self {
        case .overloaded, .storeBusy: 1
        case .storeFailed, .hubBehind: 10
        default: nil
        }
    }
}
