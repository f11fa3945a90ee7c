import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import LynkCore
import LynkWire

/// Turns whatever a route throws into a typed problem, so that a peer never sees a bare status
/// and one bad request never stops the server.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = HubRequestContext

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return ProblemResponse(problem).response
        } catch let problem as ImportProblem {
            return ProblemResponse(problem).response
        } catch let error as WireError {
            return ProblemResponse(error.problem).response
        } catch let error as HTTPError where error.status == .notFound {
            let known = "no route takes \(request.method.rawValue) here"
            return ProblemResponse(Problem(.notFound, known)).response
        } catch {
            // The cause stays in the log: it may name files or another tenant's rows.
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            // Hummingbird's own `id` ends the program where a log keeps no metadata.
            let id = context.logger[metadataKey: "hb.request.id"].map { "request \($0)" } ?? ""
            return ProblemResponse(Problem(.internalFailure, id)).response
        }
    }
}
