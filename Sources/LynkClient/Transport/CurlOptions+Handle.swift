import CCurl
import CCurlShim

extension CurlOptions {
    /// Sets what all requests of an engine have in common. Results are ignored: each option here
    /// exists in every libcurl since 7.85, and a missing TLS backend shows when connecting.
    func apply(to handle: UnsafeMutableRawPointer, noProxy: String) {
        // Timeouts of the resolver must not raise signals in a threaded program.
        _ = ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_string(
            handle, CURLOPT_PROTOCOLS_STR, allowsPlaintext ? "http,https" : "https")
        // Never without TLS: libcurl 7.88 cannot reuse a connection of cleartext HTTP/2.
        _ = ccurl_set_long(
            handle, CURLOPT_HTTP_VERSION,
            Int(prefersHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        // Rather one connection with many streams than many connections at once.
        _ = ccurl_set_long(handle, CURLOPT_PIPEWAIT, prefersHTTP2 ? 1 : 0)
        _ = ccurl_set_long(
            handle, CURLOPT_CONNECTTIMEOUT_MS, Int(connectTimeout.wholeMilliseconds))
        _ = ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        _ = ccurl_set_long(
            handle, CURLOPT_LOW_SPEED_TIME, max(1, Int(stallTimeout.wholeMilliseconds / 1000)))
        _ = ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        _ = ccurl_set_string(handle, CURLOPT_USERAGENT, userAgent)
        _ = ccurl_set_string(handle, CURLOPT_NOPROXY, noProxy)
        if let certificateFile {
            _ = ccurl_set_string(handle, CURLOPT_CAINFO, certificateFile)
        }
    }
}

extension Duration {
    /// Rounded down; saturates.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + attoseconds / 1_000_000_000_000_000
    }
}
