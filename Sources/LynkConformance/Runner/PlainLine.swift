import CCurl
import CCurlShim

/// An HTTP answer.
package struct PlainAnswer: Sendable {
    package var status: Int
    /// The header lines in a row, as they came.
    package var head: [UInt8]
    package var body: [UInt8]

    /// The `code` of a problem body (09-problems.md).
    package var code: String? { (try? JSONValue.parse(body))?["code"]?.string }
}

/// Why no answer came.
package struct LineBroken: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// One connection to the server under test: HTTP/1.1, one request after another.
package final class PlainLine {
    private(set) var handle: UnsafeMutableRawPointer
    let url: String
    let authority: String?

    package init(url: String, authority: String?) throws {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let made = curl_easy_init()
        else { throw LineBroken(description: "libcurl did not start") }
        handle = made
        self.url = url
        self.authority = authority
    }

    deinit { curl_easy_cleanup(handle) }

    /// Closes the connection: a server that is to stop need not wait for it.
    package func close() throws {
        guard let made = curl_easy_init() else {
            throw LineBroken(description: "libcurl did not start")
        }
        curl_easy_cleanup(handle)
        handle = made
    }

    private final class Arrived {
        var head: [UInt8] = []
        var body: [UInt8] = []
    }

    /// Sends a request and waits for the whole answer, at most a minute.
    package func send(
        _ method: String, _ path: String, headers: [String: String], body: [UInt8]
    ) throws -> PlainAnswer {
        let arrived = Arrived()
        prepare(path)
        var lines = curl_slist_append(nil, "Expect:")
        defer { curl_slist_free_all(lines) }
        for (name, value) in headers { lines = curl_slist_append(lines, "\(name): \(value)") }
        _ = ccurl_set_list(handle, CURLOPT_HTTPHEADER, lines)
        let context = Unmanaged.passUnretained(arrived).toOpaque()
        _ = ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<Arrived>.fromOpaque(context).takeUnretainedValue().body += part
            return part.count
        }
        _ = ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<Arrived>.fromOpaque(context).takeUnretainedValue().head += part
            return part.count
        }
        _ = ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        return try perform(method, body, arrived)
    }

    func prepare(_ path: String) {
        curl_easy_reset(handle)
        _ = ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        _ = ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, 60_000)
        _ = ccurl_set_string(handle, CURLOPT_NOPROXY, "*")
        _ = ccurl_set_string(handle, CURLOPT_URL, url + path)
        if let authority { _ = ccurl_set_string(handle, CURLOPT_CAINFO, authority) }
    }

    private func perform(
        _ method: String, _ body: [UInt8], _ arrived: Arrived
    ) throws -> PlainAnswer {
        var upload = body.isEmpty ? [0] : body
        let result = try upload.withUnsafeMutableBytes { bytes in
            if method != "GET" {
                _ = ccurl_set_long(handle, CURLOPT_POST, 1)
                _ = ccurl_set_offset(
                    handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                _ = ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, bytes.baseAddress)
                _ = ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, method)
            }
            let result = withExtendedLifetime(arrived) { curl_easy_perform(handle) }
            guard result == CURLE_OK else {
                throw LineBroken(description: String(cString: curl_easy_strerror(result)))
            }
            return result
        }
        _ = result
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return PlainAnswer(status: status, head: arrived.head, body: arrived.body)
    }
}
