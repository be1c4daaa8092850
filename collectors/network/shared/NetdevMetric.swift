// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles

/// The counters of interfaces under their three sets of names: those of /proc/net/dev (the default), those of the
/// kernel's statistics one by one, and those that both have.
enum NetdevMetric: Int, FamilyKey {
    // Both.
    case receiveBytes, receivePackets, receiveCompressed, receiveNoHandler
    case transmitBytes, transmitPackets, transmitCompressed
    // As /proc/net/dev adds them up.
    case receiveErrs, receiveDrop, receiveFIFO, receiveFrame, receiveMulticast
    case transmitErrs, transmitDrop, transmitFIFO, transmitColls, transmitCarrier
    // One by one.
    case receiveErrors, receiveDropped, transmitErrors, transmitDropped, multicast, collisions
    case receiveLengthErrors, receiveOverErrors, receiveCRCErrors, receiveFrameErrors, receiveFIFOErrors
    case receiveMissedErrors
    case transmitAbortedErrors, transmitCarrierErrors, transmitFIFOErrors, transmitHeartbeatErrors
    case transmitWindowErrors
    // Addresses, if asked for.
    case addressInfo

    var family: MetricFamily {
        if self == .addressInfo {
            return .gauge(
                "node_network_address_info", ["address", "device", "netmask", "scope"],
                "1 for each internet address of an interface; the mask as the length of the prefix.")
        }
        let (name, help) = text
        return .counter("node_network_\(name)_total", ["device", "ifalias?"], help)
    }

    private var text: (name: String, help: String) {
        switch self {
        case .receiveBytes: ("receive_bytes", "Bytes received.")
        case .receivePackets: ("receive_packets", "Packets received.")
        case .receiveCompressed: ("receive_compressed", "Compressed packets received.")
        case .receiveNoHandler: ("receive_nohandler", "Packets received that no protocol wanted.")
        case .transmitBytes: ("transmit_bytes", "Bytes sent.")
        case .transmitPackets: ("transmit_packets", "Packets sent.")
        case .transmitCompressed: ("transmit_compressed", "Compressed packets sent.")
        case .receiveErrs: ("receive_errs", "Bad packets received.")
        case .receiveDrop: ("receive_drop", "Packets received and dropped, those that the device missed included.")
        case .receiveFIFO: ("receive_fifo", "Overruns of the receive queue.")
        case .receiveFrame:
            ("receive_frame", "Received packets of wrong length, checksum or alignment, and ring overflows.")
        case .receiveMulticast: ("receive_multicast", "Multicast packets received.")
        case .transmitErrs: ("transmit_errs", "Packets that could not be sent.")
        case .transmitDrop: ("transmit_drop", "Packets dropped on their way out.")
        case .transmitFIFO: ("transmit_fifo", "Transmissions that ran out of data.")
        case .transmitColls: ("transmit_colls", "Collisions while sending.")
        case .transmitCarrier: ("transmit_carrier", "Transmissions aborted, late, or without carrier or heartbeat.")
        case .receiveErrors: ("receive_errors", "Bad packets received.")
        case .receiveDropped: ("receive_dropped", "Packets received and dropped before they were handled.")
        case .transmitErrors: ("transmit_errors", "Packets that could not be sent.")
        case .transmitDropped: ("transmit_dropped", "Packets dropped on their way out.")
        case .multicast: ("multicast", "Multicast packets received.")
        case .collisions: ("collisions", "Collisions while sending.")
        case .receiveLengthErrors: ("receive_length_errors", "Received packets of a wrong length.")
        case .receiveOverErrors: ("receive_over_errors", "Overflows of the receive ring.")
        case .receiveCRCErrors: ("receive_crc_errors", "Received packets with a wrong checksum.")
        case .receiveFrameErrors: ("receive_frame_errors", "Received packets with a wrong alignment.")
        case .receiveFIFOErrors: ("receive_fifo_errors", "Overruns of the receive queue.")
        case .receiveMissedErrors: ("receive_missed_errors", "Packets that the device missed for want of buffers.")
        case .transmitAbortedErrors: ("transmit_aborted_errors", "Transmissions that were aborted.")
        case .transmitCarrierErrors: ("transmit_carrier_errors", "Transmissions that lost the carrier.")
        case .transmitFIFOErrors: ("transmit_fifo_errors", "Transmissions that ran out of data.")
        case .transmitHeartbeatErrors: ("transmit_heartbeat_errors", "Heartbeat errors of half-duplex Ethernet.")
        case .transmitWindowErrors: ("transmit_window_errors", "Late collisions.")
        case .addressInfo: ("", "")
        }
    }
}

extension NetdevMetric {
    private static let shared: [NetdevMetric] = [
        .receiveBytes, .receivePackets, .receiveCompressed, .receiveNoHandler, .transmitBytes, .transmitPackets,
        .transmitCompressed,
    ]

    /// What is shown by default.
    static let aggregated =
        shared + [
            .receiveErrs, .receiveDrop, .receiveFIFO, .receiveFrame, .receiveMulticast, .transmitErrs, .transmitDrop,
            .transmitFIFO, .transmitColls, .transmitCarrier,
        ]

    /// The kernel's counters one by one.
    static let detailed =
        shared + [
            .receiveErrors, .receiveDropped, .transmitErrors, .transmitDropped, .multicast, .collisions,
            .receiveLengthErrors, .receiveOverErrors, .receiveCRCErrors, .receiveFrameErrors, .receiveFIFOErrors,
            .receiveMissedErrors, .transmitAbortedErrors, .transmitCarrierErrors, .transmitFIFOErrors,
            .transmitHeartbeatErrors, .transmitWindowErrors,
        ]

    /// The columns of /proc/net/dev.
    static let columns: [NetdevMetric] = [
        .receiveBytes, .receivePackets, .receiveErrs, .receiveDrop, .receiveFIFO, .receiveFrame, .receiveCompressed,
        .receiveMulticast, .transmitBytes, .transmitPackets, .transmitErrs, .transmitDrop, .transmitFIFO,
        .transmitColls, .transmitCarrier, .transmitCompressed,
    ]

    /// The columns of /proc/net/dev under the detailed names, as far as the file has the detail.
    static let detailedColumns: [NetdevMetric] = columns.map { column in
        switch column {
        case .receiveErrs: .receiveErrors
        case .receiveDrop: .receiveDropped
        case .transmitErrs: .transmitErrors
        case .transmitDrop: .transmitDropped
        default: column
        }
    }

    /// The counter's value; sums as the kernel makes them for /proc/net/dev (`dev_seq_printf_stats`).
    @inline(__always)
    func value(in counters: LinkStatistics) -> UInt64 {
        switch self {
        case .receiveBytes: counters.rxBytes
        case .receivePackets: counters.rxPackets
        case .receiveCompressed: counters.rxCompressed
        case .receiveNoHandler: counters.rxNoHandler
        case .transmitBytes: counters.txBytes
        case .transmitPackets: counters.txPackets
        case .transmitCompressed: counters.txCompressed
        case .receiveErrs, .receiveErrors: counters.rxErrors
        case .receiveDrop: counters.rxDropped &+ counters.rxMissedErrors
        case .receiveDropped: counters.rxDropped
        case .receiveFIFO, .receiveFIFOErrors: counters.rxFIFOErrors
        case .receiveFrame:
            counters.rxFrameErrors &+ counters.rxLengthErrors &+ counters.rxOverErrors &+ counters.rxCRCErrors
        case .receiveMulticast, .multicast: counters.multicast
        case .transmitErrs, .transmitErrors: counters.txErrors
        case .transmitDrop, .transmitDropped: counters.txDropped
        case .transmitFIFO, .transmitFIFOErrors: counters.txFIFOErrors
        case .transmitColls, .collisions: counters.collisions
        case .transmitCarrier:
            counters.txCarrierErrors &+ counters.txAbortedErrors &+ counters.txHeartbeatErrors
                &+ counters.txWindowErrors
        case .receiveLengthErrors: counters.rxLengthErrors
        case .receiveOverErrors: counters.rxOverErrors
        case .receiveCRCErrors: counters.rxCRCErrors
        case .receiveFrameErrors: counters.rxFrameErrors
        case .receiveMissedErrors: counters.rxMissedErrors
        case .transmitAbortedErrors: counters.txAbortedErrors
        case .transmitCarrierErrors: counters.txCarrierErrors
        case .transmitHeartbeatErrors: counters.txHeartbeatErrors
        case .transmitWindowErrors: counters.txWindowErrors
        case .addressInfo: 0
        }
    }
}
