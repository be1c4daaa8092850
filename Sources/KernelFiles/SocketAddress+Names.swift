// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SocketAddress {
    /// True for an IPv4 address in numbers.
    public static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        // The call writes the number and keeps no pointer.
        return unsafe inet_pton(AF_INET, text, &address) == 1
    }

    /// The addresses of a host by name, as text, in the order in which they are to be tried; empty where nobody knows it.
    ///
    /// An address is its own answer, and `localhost` too, without the resolver being asked. A name may ask servers, for as
    /// long as the resolver's configuration allows: only in a thread that may be left behind. Source: getaddrinfo(3).
    public static func addresses(ofHost name: String) -> [String] {
        let known = SocketAddress.tcp(host: name, port: 0)
        if unsafe known.withPointer({ _, _, _ in () }) != nil { return [name] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // The call fills the list, which is freed below.
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [String] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
                guard let start = text.baseAddress else { return }
                let result = unsafe getnameinfo(
                    entry.ai_addr, entry.ai_addrlen, start, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                if result == 0 { found.append(unsafe String(cString: start)) }
            }
            unsafe next = entry.ai_next
        }
        return found
    }
}
