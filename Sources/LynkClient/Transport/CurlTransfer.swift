import CCurl
import CCurlShim
import LynkCore

/// One request on its way: libcurl's handle, and what its callbacks collect.
///
/// `@unchecked Sendable`: it is made by a task, then handed to the engine's thread, which alone
/// touches it until it has finished; libcurl's callbacks run on that thread too.
final class CurlTransfer: @unchecked Sendable {
    let id: UInt64
    private let request: HTTPRequest
    private let handler: HTTPBodyHandler?
    private let resume: @Sendable () -> Void
    private let completion: CheckedContinuation<HTTPResponse, any Error>

    // Memory that libcurl reads or writes while the transfer runs; it does not copy these.
    private let upload: UnsafeMutableRawBufferPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    private var headReader = ResponseHeadReader()
    private var body: [UInt8] = []
    private var received = 0
    /// Why a callback broke the transfer off.
    private var refusal: (any Error)?
    /// What all attempts have cost.
    private(set) var statistics = TransferStatistics()
    private var head: HTTPResponseHead?

    init(
        id: UInt64, request: HTTPRequest, handler: HTTPBodyHandler?,
        resume: @escaping @Sendable () -> Void,
        completion: CheckedContinuation<HTTPResponse, any Error>
    ) {
        self.id = id
        self.request = request
        self.handler = handler
        self.resume = resume
        self.completion = completion
        upload = .allocate(byteCount: max(request.body.count, 1), alignment: 1)
        upload.copyBytes(from: request.body)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        upload.deallocate()
        errorText.deallocate()
        curl_slist_free_all(headerList)
    }

    /// Sets a fresh or reset handle up for this request.
    func prepare(_ handle: UnsafeMutableRawPointer, options: CurlOptions, noProxy: String) {
        options.apply(to: handle, noProxy: noProxy)
        _ = ccurl_set_string(handle, CURLOPT_URL, request.url)
        if request.method == .put {
            _ = ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        if request.method != .get {
            _ = ccurl_set_long(handle, CURLOPT_POST, 1)
            _ = ccurl_set_offset(
                handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            _ = ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, upload.baseAddress)
        }
        curl_slist_free_all(headerList)
        // An empty Expect keeps libcurl from waiting a second for "100 Continue".
        headerList = curl_slist_append(nil, "Expect:")
        for header in request.headers {
            headerList = curl_slist_append(headerList, "\(header.name): \(header.value)")
        }
        _ = ccurl_set_list(handle, CURLOPT_HTTPHEADER, headerList)
        _ = ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, onCurlBody)
        _ = ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, onCurlHeader)
        _ = ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    }

    // MARK: Callbacks of libcurl

    /// One header line, its line end included.
    fileprivate func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        do {
            try headReader.take(line)
            return line.count
        } catch {
            refusal = error
            return 0
        }
    }

    fileprivate func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard received + bytes.count <= request.responseBytesMax else {
            refusal = Problem(
                .responseInvalid, "the answer is longer than \(request.responseBytesMax) bytes")
            return 0
        }
        guard let handler else {
            received += bytes.count
            body.append(contentsOf: bytes)
            return bytes.count
        }
        do {
            let chunk = HTTPBodyChunk(head: finalHead(), bytes: Array(bytes), resume: resume)
            switch try handler(chunk) {
            case .taken:
                received += bytes.count
                return bytes.count
            case .later: return Int(CURL_WRITEFUNC_PAUSE)
            }
        } catch {
            refusal = error
            return 0
        }
    }

    private func finalHead() -> HTTPResponseHead {
        if let head { return head }
        let made = headReader.head
        head = made
        return made
    }

    // MARK: The end

    /// Takes the counters of an attempt that has ended.
    func count(_ handle: UnsafeMutableRawPointer) {
        var sent: curl_off_t = 0
        var got: curl_off_t = 0
        var connections = 0
        var headersGot = 0
        var requestSize = 0
        _ = ccurl_get_offset(handle, CURLINFO_SIZE_UPLOAD_T, &sent)
        _ = ccurl_get_offset(handle, CURLINFO_SIZE_DOWNLOAD_T, &got)
        _ = ccurl_get_long(handle, CURLINFO_NUM_CONNECTS, &connections)
        _ = ccurl_get_long(handle, CURLINFO_HEADER_SIZE, &headersGot)
        _ = ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &requestSize)
        statistics.requests += 1
        statistics.connectionsOpened += connections
        statistics.bodyBytesSent += Int(sent)
        statistics.bodyBytesReceived += Int(got)
        statistics.headerBytesReceived += headersGot
        // libcurl counts what it wrote for the request; under HTTP/1.1 the body may be in it.
        statistics.headerBytesSent += max(0, requestSize - Int(sent))
    }

    /// Whether to send the request once more; forgets what the first attempt received.
    func wantsRepeat(after code: CURLcode) -> Bool {
        guard statistics.repeats == 0, request.isIdempotent, refusal == nil,
            handler == nil || received == 0, CurlFailure.isBrokenConnection(code)
        else { return false }
        statistics.repeats = 1
        headReader = ResponseHeadReader()
        body = []
        received = 0
        head = nil
        return true
    }

    /// Answers the task that waits; called exactly once.
    func finish(_ code: CURLcode) {
        if let refusal {
            completion.resume(throwing: refusal)
        } else if code != CURLE_OK {
            completion.resume(
                throwing: CurlFailure.problem(code, text: String(cString: errorText)))
        } else {
            completion.resume(
                returning: HTTPResponse(head: finalHead(), body: body, transfer: statistics))
        }
    }

    func finish(throwing error: any Error) { completion.resume(throwing: error) }
}

private func onCurlBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onCurlHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
