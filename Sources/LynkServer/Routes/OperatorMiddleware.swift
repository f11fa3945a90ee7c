import Hummingbird
import HummingbirdCore

/// Lets only the operator through.
struct OperatorMiddleware: RouterMiddleware {
    typealias Context = HubRequestContext

    let key: OperatorKey

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try key.check(request)
        return try await next(request, context)
    }
}
