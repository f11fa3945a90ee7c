import LynkCore
import NIOSSL

/// TLS 1.2 or later with ALPN for HTTP/2 and HTTP/1.1.
enum ServerTLS {
    /// - Parameters:
    ///   - certificate: a PEM file, the server's certificate first.
    ///   - key: a PEM file with its private key.
    /// - Throws: ``Problem`` `parameter_invalid`, naming the file.
    static func context(certificate: String, key: String) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            let key = try NIOSSLPrivateKey(file: key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["h2", "http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Problem(
                .parameterInvalid, "\(certificate) and \(key) are no certificate and key in PEM")
        }
    }
}
