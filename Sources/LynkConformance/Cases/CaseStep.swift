/// What a device of the kit does once, and what must be answered.
package struct CaseStep: Sendable {
    package enum Action: Sendable {
        case exchange(ExchangeTemplate)
        case request(RequestTemplate)
        /// The office makes shops and invoices.
        case office(OfficeTemplate)
        /// The server is stopped, killed, copied or put back by the control program.
        case control([String])
        /// Another device begins with all that the one of this name has: a copy of its file.
        case copy(of: String)
        /// A step of a case that judges a client.
        case client(ClientStep)
    }

    /// Names the step for later ones that send its bytes again.
    package let name: String?
    /// The device that acts: `d1`, `d2`, of one worker; `ravi` another's; `thief` another tenant's.
    package let device: String
    package let action: Action
    package let expect: Expectation
}

/// A request of the exchange, made of honest parts that the case bends.
package struct ExchangeTemplate: Sendable {
    package var hello: [String: JSONValue] = [:]
    package var push: [PushTemplate] = []
    /// `own`, `none`, `short`, `of DEVICE`, `over other`, `label TEXT`.
    package var signature = "own"
    /// The frames to send instead of hello, change sets and signature.
    package var frames: [JSONValue]?
    /// Changes to the body's bytes.
    package var bend: [Bend] = []
    /// `own`, `none`, `of DEVICE`, or text that stands in the header as it is.
    package var token = "own"
    package var path: String?
    package var headers: [String: String] = [:]
    /// Sends the body of an earlier step again.
    package var again: String?
    /// The answer is judged, but the device behaves as if it had not come.
    package var isLost = false
    /// The request is made but not sent, and the device goes on as if it had been taken.
    package var isHeld = false
    package var weather: LineWeather?
    /// All that the device has ever written goes before what is new, as after a rollback (X22).
    package var offersAll = false
}

/// Rows that the operator imports; their names stand for ids as in `{id:NAME}`.
package struct OfficeTemplate: Sendable {
    package struct Invoice: Sendable {
        package var name: String
        package var shop: String
        package var total: Int64
        package var issued: String
    }
    package var shops: [String] = []
    package var invoices: [Invoice] = []
}

/// One change set of a push, honest but for what is named.
package struct PushTemplate: Sendable {
    package var changes: [JSONValue] = []
    /// `chain`, `none`, `unknown`, `of DEVICE`.
    package var previous = "chain"
    /// `known`, `empty`, `beyond`, `strange`, `crowded`.
    package var context = "known"
    package var tenant: String?
    package var device: String?
    package var intent: [String]?
    /// How many seconds before the upload it was made.
    package var age: Int64 = 0
    package var copies: Int64 = 1
    package var bend: [Bend] = []
}

/// Any HTTP request.
package struct RequestTemplate: Sendable {
    package var method: String
    package var path: String
    package var token: String
    package var headers: [String: String]
    package var json: JSONValue?
    package var text: String?
}

/// A change to bytes at a place: a number from the start, below zero from the end, or `context`.
package struct Bend: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        case offset(Int)
        case context
    }
    package var at: Place
    package var removes: Int
    package var inserts: [UInt8]
    package var flips: UInt8

    package init(at: Place, removes: Int = 0, inserts: [UInt8] = [], flips: UInt8 = 0) {
        self.at = at
        self.removes = removes
        self.inserts = inserts
        self.flips = flips
    }

    /// Applies it; a place past either end is the end.
    package func apply(to bytes: inout [UInt8], context: Int = 0) {
        var place =
            switch at {
            case .offset(let offset): offset < 0 ? bytes.count + offset : offset
            case .context: context
            }
        place = min(max(place, 0), bytes.count)
        if flips != 0, place < bytes.count { bytes[place] ^= flips }
        let end = min(bytes.count, place + removes)
        if end > place || !inserts.isEmpty { bytes.replaceSubrange(place..<end, with: inserts) }
    }
}
