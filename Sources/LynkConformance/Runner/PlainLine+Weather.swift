import CCurl
import CCurlShim
import Foundation
import Synchronization

/// Requests that meet a bad line.
extension PlainLine {
    /// What goes out and what came back, where the line breaks at a byte.
    private final class Broken {
        let upload: [UInt8]
        let until: Int
        let piece: Int
        let deafAt: Int
        var sent = 0
        var body: [UInt8] = []
        var head: [UInt8] = []

        init(_ upload: [UInt8], _ weather: LineWeather) {
            func place(_ at: Int?, _ count: Int) -> Int {
                guard let at else { return Int.max }
                return at < 0 ? max(0, count + at) : at
            }
            self.upload = upload
            until = min(place(weather.uploadCut, upload.count), upload.count)
            piece = weather.pieceBytes ?? Int.max
            deafAt = weather.answerCut ?? Int.max
        }
    }

    /// Sends a request through the weather. Nil when the line broke, as it was to.
    package func send(
        _ path: String, headers: [String: String], body: [UInt8], _ weather: LineWeather
    ) throws -> PlainAnswer? {
        let broken = Broken(body, weather)
        prepare(path)
        var lines = curl_slist_append(nil, "Expect:")
        defer { curl_slist_free_all(lines) }
        for (name, value) in headers { lines = curl_slist_append(lines, "\(name): \(value)") }
        _ = ccurl_set_list(handle, CURLOPT_HTTPHEADER, lines)
        _ = ccurl_set_long(handle, CURLOPT_POST, 1)
        _ = ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        // A line that broke once is not used again, and what is before it is not either.
        _ = ccurl_set_long(handle, CURLOPT_FRESH_CONNECT, 1)
        let context = Unmanaged.passUnretained(broken).toOpaque()
        _ = ccurl_set_data_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
            let broken = Unmanaged<Broken>.fromOpaque(context).takeUnretainedValue()
            let most = min(size * count, broken.until - broken.sent, broken.piece)
            // Time for what was sent to arrive before the line goes.
            if broken.sent > 0 { usleep(broken.piece < Int.max ? 2_000 : 20_000) }
            guard most > 0 || broken.until == broken.upload.count else {
                return Int(CURL_READFUNC_ABORT)
            }
            for index in 0..<max(0, most) {
                bytes[index] = CChar(bitPattern: broken.upload[broken.sent + index])
            }
            broken.sent += max(0, most)
            return max(0, most)
        }
        _ = ccurl_set_pointer(handle, CURLOPT_READDATA, context)
        _ = ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let broken = Unmanaged<Broken>.fromOpaque(context).takeUnretainedValue()
            let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
            broken.body += part
            return broken.body.count > broken.deafAt ? 0 : part.count
        }
        _ = ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        let result = withExtendedLifetime(broken) { curl_easy_perform(handle) }
        guard result == CURLE_OK else {
            guard weather.isCut else {
                throw LineBroken(description: String(cString: curl_easy_strerror(result)))
            }
            return nil
        }
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return PlainAnswer(status: status, head: broken.head, body: broken.body)
    }

    /// Sends the same request on several lines at the same time.
    package func race(
        _ path: String, headers: [String: String], body: [UInt8], times: Int
    ) throws -> [PlainAnswer] {
        let (url, authority) = (url, authority)
        let found = Mutex<[Result<PlainAnswer, LineBroken>]>([])
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<times {
            Thread.detachNewThread {
                let answer: Result<PlainAnswer, LineBroken>
                do {
                    let line = try PlainLine(url: url, authority: authority)
                    answer = .success(
                        try line.send("POST", path, headers: headers, body: body))
                } catch {
                    answer = .failure(
                        error as? LineBroken ?? LineBroken(description: "\(error)"))
                }
                found.withLock { $0.append(answer) }
                done.signal()
            }
        }
        for _ in 0..<times { done.wait() }
        return try found.withLock { $0 }.map { try $0.get() }
    }
}
