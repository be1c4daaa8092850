// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

extension InfinibandDevice {
    /// The families: one for each counter of a port, the port's state, and the info series.
    struct Metric: FamilyTable {
        let rawValue: Int

        /// The key of the info series.
        static let info = named("node_infiniband_info")
        /// The key of the state.
        static let state = named("node_infiniband_state_id")
        /// The key of the physical state.
        static let physicalState = named("node_infiniband_physical_state_id")
        /// The key of the speed.
        static let rate = named("node_infiniband_rate_bytes_per_second")

        static let rows = portRows + adapterRows + otherRows

        /// What every port counts.
        private static let portRows: [FamilyRow] = [
            row(
                "counters_ext/port_multicast_rcv_packets", "legacy_multicast_packets_received_total",
                "Multicast packets received, as kernels before 4.5 count them."),
            row(
                "counters_ext/port_multicast_xmit_packets", "legacy_multicast_packets_transmitted_total",
                "Multicast packets sent, as kernels before 4.5 count them."),
            words(
                "counters_ext/port_rcv_data_64", "legacy_data_received_bytes_total",
                "Bytes received, as kernels before 4.5 count them."),
            row(
                "counters_ext/port_rcv_packets_64", "legacy_packets_received_total",
                "Packets received, as kernels before 4.5 count them."),
            row(
                "counters_ext/port_unicast_rcv_packets", "legacy_unicast_packets_received_total",
                "Unicast packets received, as kernels before 4.5 count them."),
            row(
                "counters_ext/port_unicast_xmit_packets", "legacy_unicast_packets_transmitted_total",
                "Unicast packets sent, as kernels before 4.5 count them."),
            words(
                "counters_ext/port_xmit_data_64", "legacy_data_transmitted_bytes_total",
                "Bytes sent, as kernels before 4.5 count them."),
            row(
                "counters_ext/port_xmit_packets_64", "legacy_packets_transmitted_total",
                "Packets sent, as kernels before 4.5 count them."),
            row(
                "counters/excessive_buffer_overrun_errors", "excessive_buffer_overrun_errors_total",
                "Times that the receive buffers overran for longer than is allowed."),
            row(
                "counters/link_downed", "link_downed_total",
                "Times that the link went down because it could not recover."),
            row(
                "counters/link_error_recovery", "link_error_recovery_total",
                "Times that the link recovered from an error."),
            row(
                "counters/local_link_integrity_errors", "local_link_integrity_errors_total",
                "Times that there were more errors of the link itself than are allowed."),
            row(
                "counters/multicast_rcv_packets", "multicast_packets_received_total",
                "Multicast packets received, with errors too."),
            row(
                "counters/multicast_xmit_packets", "multicast_packets_transmitted_total",
                "Multicast packets sent, with errors too."),
            row(
                "counters/port_rcv_constraint_errors", "port_constraint_errors_received_total",
                "Packets received that the port's rules forbid."),
            row(
                "counters/port_xmit_constraint_errors", "port_constraint_errors_transmitted_total",
                "Packets not sent because the port's rules forbid them."),
            words("counters/port_rcv_data", "port_data_received_bytes_total", "Bytes received."),
            words("counters/port_xmit_data", "port_data_transmitted_bytes_total", "Bytes sent."),
            row("counters/port_rcv_discards", "port_discards_received_total", "Packets received and thrown away."),
            row(
                "counters/port_xmit_discards", "port_discards_transmitted_total", "Packets thrown away instead of sent."
            ),
            row("counters/port_rcv_errors", "port_errors_received_total", "Packets received with an error."),
            row("counters/port_rcv_packets", "port_packets_received_total", "Packets received, with errors too."),
            row("counters/port_xmit_packets", "port_packets_transmitted_total", "Packets sent, with errors too."),
            row(
                "counters/port_xmit_wait", "port_transmit_wait_total",
                "Ticks in which there was something to send and nothing was sent."),
            row(
                "counters/unicast_rcv_packets", "unicast_packets_received_total",
                "Unicast packets received, with errors too."),
            row(
                "counters/unicast_xmit_packets", "unicast_packets_transmitted_total",
                "Unicast packets sent, with errors too."),
            row(
                "counters/port_rcv_remote_physical_errors", "port_receive_remote_physical_errors_total",
                "Packets received that were marked as broken on their way."),
            row(
                "counters/port_rcv_switch_relay_errors", "port_receive_switch_relay_errors_total",
                "Packets received that the switch could not pass on."),
            row("counters/symbol_error", "symbol_error_total", "Errors on the lanes of the link."),
            row(
                "counters/VL15_dropped", "vl15_dropped_total",
                "Packets of subnet management thrown away for want of room."),
        ]

        /// What adapters count for themselves.
        private static let adapterRows: [FamilyRow] = [
            row(
                "hw_counters/duplicate_request", "duplicate_requests_packets_total",
                "Requests received that had been carried out before."),
            row(
                "hw_counters/implied_nak_seq_err", "implied_nak_seq_errors_total",
                "Acknowledgements that came for a later packet than was waited for."),
            row(
                "hw_counters/local_ack_timeout_err", "local_ack_timeout_errors_total",
                "Times that an acknowledgement did not come in time and was asked for again."),
            row("hw_counters/np_cnp_sent", "np_cnp_packets_sent_total", "Congestion notifications sent."),
            row(
                "hw_counters/np_ecn_marked_roce_packets", "np_ecn_marked_roce_packets_received_total",
                "Packets received that were marked on their way for congestion."),
            row(
                "hw_counters/out_of_buffer", "out_of_buffer_drops_total",
                "Packets thrown away because the application had given no buffer."),
            row(
                "hw_counters/out_of_sequence", "out_of_sequence_packets_received_total",
                "Packets received out of their order."),
            row(
                "hw_counters/packet_seq_err", "packet_sequence_errors_total",
                "Reports received that packets came out of their order."),
            row("hw_counters/req_cqe_error", "req_cqes_errors_total", "Own requests that ended with an error."),
            row("hw_counters/req_cqe_flush_error", "req_cqes_flush_errors_total", "Own requests that were flushed."),
            row(
                "hw_counters/req_remote_access_errors", "req_remote_access_errors_total",
                "Own requests that the other side denied access."),
            row(
                "hw_counters/req_remote_invalid_request", "req_remote_invalid_request_errors_total",
                "Own requests that the other side found invalid."),
            row("hw_counters/resp_cqe_error", "resp_cqes_errors_total", "Answers that ended with an error."),
            row("hw_counters/resp_cqe_flush_error", "resp_cqes_flush_errors_total", "Answers that were flushed."),
            row(
                "hw_counters/resp_local_length_error", "resp_local_length_errors_total",
                "Requests received that were too long for their buffer."),
            row(
                "hw_counters/resp_remote_access_errors", "resp_remote_access_errors_total",
                "Requests received that were denied access."),
            row(
                "hw_counters/rnr_nak_retry_err", "rnr_nak_retry_packets_received_total",
                "Reports received that the other side was not ready."),
            row("hw_counters/roce_adp_retrans", "roce_adp_retransmits_total", "Adaptive retransmissions."),
            row(
                "hw_counters/roce_adp_retrans_to", "roce_adp_retransmits_timeout_total",
                "Adaptive retransmissions that came too late."),
            row("hw_counters/roce_slow_restart", "roce_slow_restart_used_total", "Times that a slow restart was used."),
            row(
                "hw_counters/roce_slow_restart_cnps", "roce_slow_restart_cnps_total",
                "Congestion notifications that slow restarts made."),
            row(
                "hw_counters/roce_slow_restart_trans", "roce_slow_restart_total",
                "Times that the state changed to slow restart."),
            row(
                "hw_counters/rp_cnp_handled", "rp_cnp_packets_handled_total",
                "Congestion notifications received and obeyed."),
            row(
                "hw_counters/rp_cnp_ignored", "rp_cnp_ignored_packets_received_total",
                "Congestion notifications received and ignored."),
            row("hw_counters/rx_atomic_requests", "rx_atomic_requests_total", "Atomic requests received."),
            row(
                "hw_counters/rx_dct_connect", "rx_dct_connect_requests_total",
                "Connection requests received for dynamic transport."),
            row("hw_counters/rx_read_requests", "rx_read_requests_total", "Read requests received."),
            row("hw_counters/rx_write_requests", "rx_write_requests_total", "Write requests received."),
            row(
                "hw_counters/rx_icrc_encapsulated", "rx_icrc_encapsulated_errors_total",
                "Packets received whose checksum was wrong."),
        ]

        private static let otherRows: [FamilyRow] = [
            // Milliseconds.
            FamilyRow(
                "hw_counters/lifespan", .decimal(3),
                .gauge(
                    "node_infiniband_lifespan_seconds", labels,
                    "How long the adapter may give the same counts again, in seconds.")),
            FamilyRow(
                .gauge(
                    "node_infiniband_state_id", labels,
                    "State of the port: 1 down, 2 initialising, 3 armed, 4 active, 5 active and deferred.")),
            FamilyRow(
                .gauge(
                    "node_infiniband_physical_state_id", labels,
                    "State of the link: 1 sleeping, 2 polling, 3 disabled, 4 training, 5 up, 6 recovering, 7 testing.")),
            FamilyRow(
                .gauge("node_infiniband_rate_bytes_per_second", labels, "Speed of the link, in bytes per second.")),
            FamilyRow(
                .gauge(
                    "node_infiniband_info", ["board_id", "device", "firmware_version", "hca_type"],
                    "1 for each adapter, with what it says about itself.")),
        ]

        private static let labels = ["device", "port"]

        private static func row(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .counter("node_infiniband_" + name, labels, help))
        }

        /// A counter of data, in words of four bytes.
        private static func words(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .times(4), .counter("node_infiniband_" + name, labels, help))
        }
    }
}
