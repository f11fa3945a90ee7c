import ArgumentParser
import LynkServer

struct MakeCertificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Makes a certificate for localhost, for tests and first steps.",
        discussion: """
            Writes authority.pem, which clients are told to trust, server.pem and server.key. Runs
            openssl, of the Debian package of that name.
            """)

    @Option(help: "The directory to write to; it is created when it is not there.")
    var out: String

    func run() async throws {
        try await Failure.reported {
            let made = try LoopbackCertificate.make(in: out)
            print("authority:   \(made.authority)")
            print("certificate: \(made.certificate)")
            print("key:         \(made.key)")
        }
    }
}
