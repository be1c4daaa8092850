// SPDX-License-Identifier: Apache-2.0

/// One network interface as an `RTM_GETLINK` dump shows it.
///
/// A value that the kernel did not send is `nil` where its absence means something, 0 otherwise. Names and addresses
/// are ranges of `LinkTable.bytes`. Source: kernel Documentation/networking/netdevices and include/uapi/linux/if_link.h.
public struct Link: Equatable, Sendable {
    /// The interface's number, positive.
    public var index: Int32 = 0
    /// The hardware type, ARPHRD_*; sysfs `type`.
    public var hardwareType: UInt16 = 0
    /// The flags as rtnetlink gives them; see `sysfsFlags` for the other way.
    public var flags: InterfaceFlags = []
    /// The RFC 2863 state; sysfs `operstate`.
    public var operationalState = OperationalState(rawValue: 0)
    /// 0 by default, 1 where an interface stays dormant until told otherwise; sysfs `link_mode`.
    public var linkMode: UInt8 = 0
    /// Whether the driver sees a carrier.
    ///
    /// sysfs refuses to say so of an interface that is not `up`.
    public var hasCarrier: Bool?
    /// Changes of the carrier, both ways.
    public var carrierChanges: UInt32?
    /// Times that the carrier came; kernel 4.16 and later.
    public var carrierUpCount: UInt32?
    /// Times that the carrier went; kernel 4.16 and later.
    public var carrierDownCount: UInt32?
    /// The largest payload in bytes.
    public var mtuBytes: UInt32 = 0
    /// The transmit queue's length in packets; sysfs `tx_queue_len`.
    public var transmitQueueLength: UInt32 = 0
    /// The number of transmit queues.
    public var transmitQueueCount: UInt32 = 0
    /// The number of receive queues.
    public var receiveQueueCount: UInt32 = 0
    /// The group set by the administrator; sysfs `netdev_group`.
    public var group: UInt32 = 0
    /// The interface below this one, its own index where there is none; sysfs `iflink`.
    public var lowerIndex: Int32 = 0
    /// The bridge, bond or other device that this interface belongs to.
    public var masterIndex: Int32?
    /// Whether a protocol holds the interface down; sysfs `proto_down`.
    public var isProtocolDown: Bool?
    /// How many users want the interface promiscuous.
    public var promiscuity: UInt32 = 0
    /// How many users want all multicast; `nil` before kernel 6.0.
    public var allMulticastCount: UInt32?
    /// The counters; a dump that was asked to leave them out may be without.
    public var statistics: LinkStatistics?

    /// The name, 1 to 15 bytes of any kind but NUL, `/`, `:` and white space; not always UTF-8.
    public var name = 0..<0
    /// The administrator's description, at most 255 bytes of any kind; empty where there is none.
    public var alias = 0..<0
    /// Further names, under which it can be found too: a range of `LinkTable.alternativeNames`.
    public var alternativeNames = 0..<0
    /// The hardware address, 0 to 32 bytes; sysfs `address`.
    public var address = 0..<0
    /// The hardware broadcast address, 0 to 32 bytes; sysfs `broadcast`.
    public var broadcast = 0..<0

    /// An interface of which nothing is known yet.
    public init() {}

    /// The flags as the interface's `flags` file in sysfs gives them.
    ///
    /// rtnetlink adds what is derived (running, lower up, dormant) and shows promiscuity only where the administrator
    /// asked for it; the file shows it whoever asked. Before kernel 6.0 the all-multicast bit cannot be told apart.
    public var sysfsFlags: InterfaceFlags {
        var flags = self.flags.subtracting([.running, .lowerUp, .dormant, .promiscuous])
        if promiscuity > 0 { flags.insert(.promiscuous) }
        if let allMulticastCount {
            flags.remove(.allMulticast)
            if allMulticastCount > 0 { flags.insert(.allMulticast) }
        }
        return flags
    }
}
