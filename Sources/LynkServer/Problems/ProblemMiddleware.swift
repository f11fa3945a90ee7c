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
            return ProblemResponse(Problem(.internalFailure, "request \(context.id)")).response
        }
    }
}
