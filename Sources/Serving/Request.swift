// SPDX-License-Identifier: Apache-2.0

import Exposition
import NIOHTTP1

/// A request, as far as the server looks at it: what is kept of its head.
struct Request {
    /// The methods that make a difference, by their names in a request.
    enum Method: String {
        case get = "GET"
        case head = "HEAD"

        /// Any that is served nowhere.
        case other = ""
    }

    /// The method.
    let method: Method

    /// The request target: path and query.
    let target: String

    /// Whether the client speaks HTTP/1.0 and must be told that the connection stays open.
    let isHTTP10: Bool

    /// Whether another request may follow on this connection.
    private(set) var keepsAlive: Bool

    /// Whether the client waits for a word before it sends the body.
    private(set) var expectsContinue = false

    /// The format asked for.
    private(set) var format = PageFormat.text

    /// Whether the page may be compressed.
    private(set) var wantsGzip = false

    /// The scraper's time-out as it wrote it.
    private(set) var scrapeTimeout: String?

    /// What makes this head unanswerable, nil for nothing.
    private(set) var problem: String?

    /// Reads a head; each header is looked at once.
    init(_ head: HTTPRequestHead) {
        switch head.method {
        case .GET: method = .get
        case .HEAD: method = .head
        default: method = .other
        }
        target = head.uri
        isHTTP10 = head.version.minor == 0
        keepsAlive = head.isKeepAlive
        var accept = AcceptHeader()
        var encoding = AcceptEncoding()
        var hosts = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where HeaderName.matches(name, "host"): hosts += 1
            case 6 where HeaderName.matches(name, "accept"): accept.add(value)
            case 6 where HeaderName.matches(name, "expect"): expectsContinue = true
            // The decoder stops after a request that offers to change the protocol, so no other can follow.
            case 7 where HeaderName.matches(name, "upgrade"): keepsAlive = false
            case 15 where HeaderName.matches(name, "accept-encoding"): encoding.add(value)
            case 35 where HeaderName.matches(name, "x-prometheus-scrape-timeout-seconds"): scrapeTimeout = value
            default: break
            }
        }
        if head.method == .CONNECT { keepsAlive = false }
        if hosts > 1 || (hosts == 0 && !isHTTP10) { problem = "a request needs one Host header" }
        format = accept.format
        wantsGzip = encoding.wantsGzip
    }

    /// Makes this the last request of its connection.
    mutating func endConnection() {
        keepsAlive = false
    }

    /// The target without scheme and host, which a client may write for a proxy's sake.
    private var localTarget: Substring {
        for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            return rest.firstIndex { $0 == "/" || $0 == "?" }.map { rest[$0...] } ?? "/"
        }
        return target[...]
    }

    /// The path, as it was written, and the query behind the question mark.
    var pathAndQuery: (path: Substring, query: Substring?) {
        let local = target.utf8.first == UInt8(ascii: "/") ? target[...] : localTarget
        guard let mark = local.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (local, nil) }
        let path = local[..<mark]
        return (path.isEmpty ? "/" : path, local[local.utf8.index(after: mark)...])
    }
}
