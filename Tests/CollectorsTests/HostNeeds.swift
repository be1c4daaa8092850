// SPDX-License-Identifier: Apache-2.0

import Expat
import Foundation
import KernelFiles
import SDBus

/// What fixture cases may need of the host, by the words of their file `needs`.
enum HostNeeds {
    /// One need, asked for once.
    struct Need: Sendable {
        let isMet: Bool
        let whyNot: String
    }

    static let all: [String: Need] = [
        "netlink": Need(isMet: hasLinks, whyNot: "rtnetlink gives no counters of interfaces here"),
        "sock_diag": Need(isMet: hasSockets, whyNot: "sock_diag shows no TCP sockets here"),
        "routes": Need(isMet: hasRoutes, whyNot: "rtnetlink shows no unicast route here"),
        "libexpat": Need(isMet: whyNoExpat == nil, whyNot: whyNoExpat ?? ""),
        "perf": Need(isMet: whyNoPerf == nil, whyNot: whyNoPerf ?? ""),
        "libsystemd": Need(isMet: whyNoLibsystemd == nil, whyNot: whyNoLibsystemd ?? ""),
    ]

    private static let whyNoExpat: String? = {
        do throws(ExpatError) {
            _ = try ExpatLibrary()
            return nil
        } catch {
            return error.description
        }
    }()

    private static let whyNoPerf: String? = {
        var group = PerfEventGroup(cpu: 0)
        do throws(PerfError) {
            // Page faults.
            try group.add(type: 1, config: 2)
            return nil
        } catch {
            return "perf_event_open: \(KernelFileError.text(of: error.errno))"
        }
    }()

    private static let whyNoLibsystemd: String? = {
        do throws(SDBusError) {
            _ = try SDBusLibrary()
            return nil
        } catch {
            return error.description
        }
    }()

    private static let hasLinks: Bool = {
        var socket = RouteNetlinkSocket()
        var links = LinkTable()
        do { try socket.dumpLinks(into: &links) } catch { return false }
        return links.links.contains { $0.statistics != nil }
    }()

    /// A socket that listens as long as the tests run, so that there is one to count.
    private static let listener: Int32 = {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        return descriptor >= 0 && listen(descriptor, 1) == 0 ? descriptor : -1
    }()

    private static let hasSockets: Bool = {
        guard listener >= 0 else { return false }
        var dump = TCPSocketDump()
        var counts = TCPSocketCounts()
        do { try dump.count(.ipv4, into: &counts) } catch { return false }
        return counts.total > 0
    }()

    private static let hasRoutes: Bool = {
        var socket = RouteNetlinkSocket()
        var routes = RouteTable()
        do { try socket.dumpRoutes(into: &routes) } catch { return false }
        return !routes.routes.isEmpty
    }()
}
