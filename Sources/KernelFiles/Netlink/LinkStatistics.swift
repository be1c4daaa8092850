// SPDX-License-Identifier: Apache-2.0

/// The counters of one interface since it was made, under the kernel's names.
///
/// Packets and bytes; never reset but by the driver, so a reader must expect a step back. A counter that this kernel
/// does not have yet is 0. Source: `struct rtnl_link_stats64`, kernel Documentation/networking/statistics.rst.
public struct LinkStatistics: Equatable, Sendable {
    /// Packets received.
    public var rxPackets: UInt64 = 0
    /// Packets handed to the device.
    public var txPackets: UInt64 = 0
    /// Bytes received.
    public var rxBytes: UInt64 = 0
    /// Bytes handed to the device.
    public var txBytes: UInt64 = 0
    /// Bad packets received.
    public var rxErrors: UInt64 = 0
    /// Packets that could not be sent.
    public var txErrors: UInt64 = 0
    /// Packets received and not processed, without those of `rxMissedErrors`.
    public var rxDropped: UInt64 = 0
    /// Packets dropped on their way out.
    public var txDropped: UInt64 = 0
    /// Multicast packets received.
    public var multicast: UInt64 = 0
    /// Collisions while sending.
    public var collisions: UInt64 = 0
    /// Received packets of a wrong length.
    public var rxLengthErrors: UInt64 = 0
    /// Receiver ring overflows.
    public var rxOverErrors: UInt64 = 0
    /// Received packets with a wrong checksum of the frame.
    public var rxCRCErrors: UInt64 = 0
    /// Received packets with a wrong alignment.
    public var rxFrameErrors: UInt64 = 0
    /// Receiver queue overruns.
    public var rxFIFOErrors: UInt64 = 0
    /// Packets that the device missed for want of buffers.
    public var rxMissedErrors: UInt64 = 0
    /// Aborted transmissions.
    public var txAbortedErrors: UInt64 = 0
    /// Transmissions that lost the carrier.
    public var txCarrierErrors: UInt64 = 0
    /// Transmissions that ran out of data.
    public var txFIFOErrors: UInt64 = 0
    /// Heartbeat errors of half-duplex Ethernet.
    public var txHeartbeatErrors: UInt64 = 0
    /// Late collisions.
    public var txWindowErrors: UInt64 = 0
    /// Compressed packets received.
    public var rxCompressed: UInt64 = 0
    /// Compressed packets sent.
    public var txCompressed: UInt64 = 0
    /// Packets received on an interface that is not meant to receive; kernel 4.6 and later.
    public var rxNoHandler: UInt64 = 0
    /// Packets for another host's hardware address; `nil` before kernel 5.19.
    public var rxOtherHostDropped: UInt64?

    /// All counters at zero.
    public init() {}

    /// Reads as many counters as the kernel sent.
    init(_ value: Range<Int>, in bytes: RawSpan) {
        func counter(_ index: Int) -> UInt64? {
            let offset = value.lowerBound &+ index &* 8
            guard offset &+ 8 <= value.upperBound else { return nil }
            return bytes.uint64(at: offset)
        }
        rxPackets = counter(0) ?? 0
        txPackets = counter(1) ?? 0
        rxBytes = counter(2) ?? 0
        txBytes = counter(3) ?? 0
        rxErrors = counter(4) ?? 0
        txErrors = counter(5) ?? 0
        rxDropped = counter(6) ?? 0
        txDropped = counter(7) ?? 0
        multicast = counter(8) ?? 0
        collisions = counter(9) ?? 0
        rxLengthErrors = counter(10) ?? 0
        rxOverErrors = counter(11) ?? 0
        rxCRCErrors = counter(12) ?? 0
        rxFrameErrors = counter(13) ?? 0
        rxFIFOErrors = counter(14) ?? 0
        rxMissedErrors = counter(15) ?? 0
        txAbortedErrors = counter(16) ?? 0
        txCarrierErrors = counter(17) ?? 0
        txFIFOErrors = counter(18) ?? 0
        txHeartbeatErrors = counter(19) ?? 0
        txWindowErrors = counter(20) ?? 0
        rxCompressed = counter(21) ?? 0
        txCompressed = counter(22) ?? 0
        rxNoHandler = counter(23) ?? 0
        rxOtherHostDropped = counter(24)
    }
}
