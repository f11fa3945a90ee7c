import HTTPTypes
import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine
import LynkWire
import NIOCore

/// Snapshots of scopes for first syncs (Protocol/05-exchange.md, X42 to X45). They only read.
///
/// - `GET /v1/tenants/{tenant}/snapshot?scope=NAME`: the manifest. The scope is a parameter and not
///   a part of the path: its name may hold slashes, dots and spaces, and proxies rewrite those.
/// - `GET /v1/tenants/{tenant}/snapshot/segments/{hash}`: a segment, or a range of it.
struct SnapshotRoutes: Sendable {
    /// As a shared cache may not keep them: it would give a tenant's rows to whoever knows a hash,
    /// without asking for a token. A device's own cache, and a proxy of one that answers to it
    /// alone, may.
    private static let immutable = "private, max-age=31536000, immutable"

    private static let segmentType = "application/vnd.lynk.segment"

    let hub: Hub

    func add(to router: Router<HubRequestContext>) {
        router.get("/v1/tenants/:tenant/snapshot") { request, context in
            try await manifest(request, context)
        }
        router.get("/v1/tenants/:tenant/snapshot/segments/:hash") { request, context in
            try await segment(request, context)
        }
    }

    private func source(
        _ request: Request, _ context: HubRequestContext
    ) async throws -> (principal: Principal, source: any SnapshotSource) {
        let device = try await hub.authenticator.device(
            request, tenant: context.parameters.get("tenant"))
        let store = try await hub.store(device.principal.tenant)
        guard let source = store as? any SnapshotSource else { throw Problem(.notFound) }
        return (device.principal, source)
    }

    private func manifest(
        _ request: Request, _ context: HubRequestContext
    ) async throws -> Response {
        let (principal, source) = try await source(request, context)
        guard let name = request.uri.queryParameters.get("scope") else {
            throw Problem(.parameterInvalid, "the parameter scope names what is wanted")
        }
        let kept = try await hub.snapshots.snapshot(
            of: Scope(name), for: principal, in: source,
            nowMilliseconds: hub.clock.nowMilliseconds())
        var (body, type) = (kept.body, MessageForm.cbor.mediaType)
        if request.wantsJSON {
            body = try MessageJSON.text(of: kept.body)
            type = MessageJSON.mediaType
        }
        let tag = ContentID(hashing: body).description
        var response = Response(status: .notModified)
        if EntityTags(request.headers[.ifNoneMatch])?.contain(tag) != true {
            response = Response(
                status: .ok, headers: [.contentType: type],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        }
        response.headers[.eTag] = "\"\(tag)\""
        // Another one may be made at any time: to be asked for anew.
        response.headers[.cacheControl] = "private, no-cache"
        response.headers[.vary] = "Accept, Authorization"
        return response
    }

    private func segment(
        _ request: Request, _ context: HubRequestContext
    ) async throws -> Response {
        let (principal, source) = try await source(request, context)
        // What is no hash is the name of nothing.
        guard let name = context.parameters.get("hash").flatMap({ ContentID($0) }) else {
            throw Problem(.notFound)
        }
        let now = hub.clock.nowMilliseconds()
        let segment = try await hub.pool.run { [hub] in
            try hub.snapshots.segment(name, for: principal, in: source, nowMilliseconds: now)
        }
        let tag = "\"\(name)\""
        var headers: HTTPFields = [
            .eTag: tag, .cacheControl: Self.immutable, .vary: "Authorization",
        ]
        headers[.acceptRanges] = "bytes"
        if EntityTags(request.headers[.ifNoneMatch])?.contain(name.description) == true {
            return Response(status: .notModified, headers: headers)
        }
        let range = Self.range(request, tag: tag, of: segment.byteCount)
        let wanted: Range<Int>
        var status = HTTPResponse.Status.ok
        switch range {
        case .unsatisfiable:
            let detail = "the segment has \(segment.byteCount) bytes"
            var response = ProblemResponse(Problem(.rangeUnsatisfiable, detail)).response
            response.headers[.contentRange] = "bytes */\(segment.byteCount)"
            return response
        case .whole: wanted = 0..<segment.byteCount
        case .part(let part):
            wanted = part
            status = .partialContent
            headers[.contentRange] =
                "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(segment.byteCount)"
        }
        let bytes = try await hub.pool.run { [wanted] in
            try source.segments.read(name, from: wanted.lowerBound, count: wanted.count)
        }
        guard let bytes, bytes.count == wanted.count else {
            hub.snapshots.lose(name, of: source.tenant)
            throw Problem(.notFound)
        }
        headers[.contentType] = Self.segmentType
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A range counts only for the very bytes that If-Range names, by a strong comparison; a date
    /// never does.
    private static func range(_ request: Request, tag: String, of length: Int) -> ByteRange {
        let range = ByteRange(request.headers[.range], of: length)
        if let condition = request.headers[.ifRange], condition != tag { return .whole }
        return range
    }
}

extension Request {
    /// JSON is named, and the exchange's own form is not.
    fileprivate var wantsJSON: Bool {
        let types = (headers[.accept] ?? "").lowercased().split(separator: ",").map {
            $0.prefix { $0 != ";" }.filter { $0 != " " }
        }
        return types.contains { $0 == MessageJSON.mediaType }
            && !types.contains { $0 == MessageForm.cbor.mediaType }
    }
}
