// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles

/// Fetches a page over HTTP/1.0 with a blocking socket, bounded in size and time.
package enum PageFetch {
    /// Why there is no page.
    package struct Failure: Error, CustomStringConvertible {
        let url: String
        let reason: String

        /// The URL and why.
        package var description: String { "\(url): \(reason)" }
    }

    private static let timeoutSeconds = 10
    private static let sizeLimitBytes = 64 << 20

    /// The body of `http://HOST[:PORT]/PATH`.
    package static func get(_ url: String) throws(Failure) -> [UInt8] {
        let connection = try open(url)
        defer { close(connection.descriptor) }
        let request =
            "GET \(connection.path) HTTP/1.0\r\nHost: \(connection.authority)\r\n"
            + "Accept: text/plain;version=0.0.4\r\nConnection: close\r\n\r\n"
        guard write(request, to: connection.descriptor) else {
            throw Failure(url: url, reason: KernelFileError.text(of: errno))
        }
        guard let answer = readAll(connection.descriptor) else {
            throw Failure(url: url, reason: "no whole answer within \(timeoutSeconds) s")
        }
        return try body(of: answer, url: url)
    }

    /// A connection to the server of a URL, to be closed by the caller.
    package static func open(_ url: String) throws(Failure) -> (
        descriptor: Int32, authority: Substring, path: Substring
    ) {
        func failed(_ reason: String) -> Failure { Failure(url: url, reason: reason) }
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard url.hasPrefix("http://"), isPlain else { throw failed("only http:// is known here") }
        let rest = url.dropFirst(7)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        var host = authority[...]
        var port = "80"
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            host = authority[..<colon]
            port = String(authority[authority.index(after: colon)...])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isHost = !host.isEmpty && !host.contains { $0 == "[" || $0 == "]" }
        guard isHost, UInt16(port) != nil else { throw failed("there is no host or no port in it") }
        guard let connection = connect(String(host), port) else { throw failed(KernelFileError.text(of: errno)) }
        return (connection, authority, path.isEmpty ? "/" : path)
    }

    private static func body(of answer: [UInt8], url: String) throws(Failure) -> [UInt8] {
        let mark = Array("\r\n\r\n".utf8)
        var end = 0
        while end + 4 <= answer.count, !answer[end..<end + 4].elementsEqual(mark) { end += 1 }
        let head = String(decoding: answer.prefix(min(end, 16 << 10)), as: UTF8.self)
        let words = head.prefix { !$0.isNewline }.split(separator: " ")
        guard end + 4 <= answer.count, words.count >= 2, words[0].hasPrefix("HTTP/1.") else {
            throw Failure(url: url, reason: "the answer is not HTTP")
        }
        guard words[1] == "200" else {
            throw Failure(url: url, reason: "answered \(words.dropFirst().joined(separator: " "))")
        }
        return Array(answer[(end + 4)...])
    }

    /// A connected socket whose reads and writes end in time; nil with errno set.
    private static func connect(_ host: String, _ port: String) -> Int32? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, port, &hints, &list) == 0 else {
            errno = EHOSTUNREACH
            return nil
        }
        defer { unsafe freeaddrinfo(list) }
        var next = unsafe list
        while let address = unsafe next?.pointee {
            let type = unsafe address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = unsafe socket(address.ai_family, type, address.ai_protocol)
            if descriptor >= 0 {
                // A send time-out bounds connect(2) as well.
                var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
                let size = socklen_t(MemoryLayout<timeval>.size)
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
                if unsafe Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
                let reason = errno
                close(descriptor)
                errno = reason
            }
            unsafe next = address.ai_next
        }
        return nil
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func readAll(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        let end = time(nil) + timeoutSeconds
        while bytes.count <= sizeLimitBytes, time(nil) <= end {
            var taken = 0
            bytes += unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                taken = unsafe read(descriptor, buffer.baseAddress, buffer.count)
                count = max(0, taken)
            }
            if taken == 0 { return bytes }
            if taken < 0, errno != EINTR { return nil }
        }
        return nil
    }
}
