import CCurl
import LynkCore

/// What libcurl's result codes mean to a caller.
enum CurlFailure {
    /// The connection broke in a way that a fresh one may mend: a server that closed an idle
    /// connection, or a GOAWAY that crossed our request.
    static func isBrokenConnection(_ code: CURLcode) -> Bool {
        switch code {
        case CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
            CURLE_GOT_NOTHING:
            true
        default: false
        }
    }

    /// - Parameter text: libcurl's own words on this case; may be empty.
    static func problem(_ code: CURLcode, text: String) -> Problem {
        let facts = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return switch code {
        case CURLE_OPERATION_TIMEDOUT: Problem(.timedOut, facts)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            Problem(.unreachable, "the server's certificate is not trusted (\(facts))")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            Problem(.parameterInvalid, "the server's address is not https://host:port (\(facts))")
        default: Problem(.unreachable, facts)
        }
    }
}
