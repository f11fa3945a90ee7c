/// How a ``CurlEngine`` speaks to hubs.
public struct CurlOptions: Sendable {
    /// PEM file with the certificates to trust; the system's when `nil`.
    public var certificateFile: String?
    /// HTTP/2 when the server offers it by ALPN; HTTP/1.1 keep-alive costs a server half the CPU.
    public var prefersHTTP2 = true
    /// Allows `http://`. Only for tests: a token would travel in the clear.
    public var allowsPlaintext = false
    public var connectTimeout: Duration = .seconds(10)
    /// Without a single byte either way for this long a transfer is broken off; whole seconds.
    public var stallTimeout: Duration = .seconds(30)
    /// Idle and busy connections kept for reuse.
    public var connectionsMax = 16
    public var userAgent = "lynk/1"

    public init(certificateFile: String? = nil) {
        self.certificateFile = certificateFile
    }
}
