import ArgumentParser
import LynkServer

struct ShowOperatorToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator-token",
        abstract: "Prints the token that the operator's addresses ask for.",
        discussion: """
            Send it as: Authorization: Bearer TOKEN. It is made on first use and stays the same;
            whoever may read the data directory may read it. Works beside a running server.
            """)

    @Option(help: "The data directory.")
    var data: String

    func run() async throws {
        try await Failure.reported {
            print(try OperatorKey(Composition.openControl(directory: data)).token)
        }
    }
}
