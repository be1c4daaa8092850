// SPDX-License-Identifier: Apache-2.0

/// The requests of rtnetlink, each with the fixed part that strict checking wants.
extension NetlinkRequest {
    /// `RTM_GETLINK` with `struct ifinfomsg`.
    static let links = route(NetlinkNumber.getLink, fixedSize: 16)

    /// The same without the counters.
    static let linksWithoutStatistics = {
        var request = links
        request.append(attribute: NetlinkNumber.extensionMaskAttribute, NetlinkNumber.skipStatistics)
        return request
    }()

    /// `RTM_GETSTATS` with `struct if_stats_msg`, whose last four bytes say what is wanted.
    static let statistics = {
        var request = route(NetlinkNumber.getStatistics, fixedSize: 8)
        request.append(NetlinkNumber.linkStatisticsMask)
        return request
    }()

    /// `RTM_GETADDR` with `struct ifaddrmsg`.
    static let addresses = route(NetlinkNumber.getAddress, fixedSize: 8)

    /// `RTM_GETROUTE` with `struct rtmsg`: all families, all tables.
    static let routes = route(NetlinkNumber.getRoute, fixedSize: 12)

    /// `RTM_GETQDISC` with `struct tcmsg`.
    static let queueingDisciplines = route(NetlinkNumber.getQueueingDiscipline, fixedSize: 20)

    /// `RTM_GETNEIGH` with `struct ndmsg`.
    static func neighbours(_ family: AddressFamily) -> NetlinkRequest {
        switch family {
        case .ipv4: ipv4Neighbours
        case .ipv6: ipv6Neighbours
        }
    }

    private static let ipv4Neighbours = route(NetlinkNumber.getNeighbour, .ipv4, fixedSize: 12)
    private static let ipv6Neighbours = route(NetlinkNumber.getNeighbour, .ipv6, fixedSize: 12)

    /// A fixed part that begins with the address family, 0 for all, and is zero otherwise.
    private static func route(_ type: UInt16, _ family: AddressFamily? = nil, fixedSize: Int) -> NetlinkRequest {
        var request = NetlinkRequest(messageType: type)
        request.append(family?.rawValue ?? 0)
        request.append(zeros: fixedSize - 1)
        return request
    }
}
