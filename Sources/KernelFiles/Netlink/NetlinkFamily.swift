// SPDX-License-Identifier: Apache-2.0

/// Which part of the kernel a netlink socket talks to.
///
/// Source: netlink(7), include/uapi/linux/netlink.h.
public enum NetlinkFamily: Int32, Sendable {
    /// Links, addresses, neighbours, routes and traffic control (qdiscs, classes, filters): `NETLINK_ROUTE`,
    /// rtnetlink(7).
    case route = 0
    /// Sockets of all kinds: `NETLINK_SOCK_DIAG`, sock_diag(7).
    case socketDiagnostics = 4
    /// Everything that is registered by name, for example `nl80211`, `taskstats`, `devlink`: `NETLINK_GENERIC`.
    case generic = 16

    /// What logs and messages call it.
    public var name: String {
        switch self {
        case .route: "rtnetlink"
        case .socketDiagnostics: "sock_diag"
        case .generic: "generic netlink"
        }
    }
}
