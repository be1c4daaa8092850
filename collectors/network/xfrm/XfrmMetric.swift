// SPDX-License-Identifier: Apache-2.0

import Exposition

extension XfrmCollector {
    /// The lines of /proc/net/xfrm_stat that are shown; node_exporter leaves the others out too.
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            row("XfrmInError", "in_error", "Packets dropped for reasons that no other series counts."),
            row("XfrmInBufferError", "in_buffer_error", "Packets dropped because there was no buffer left."),
            row("XfrmInHdrError", "in_hdr_error", "Packets dropped because their header was wrong."),
            row(
                "XfrmInNoStates", "in_no_states",
                "Packets for which there was no state: a wrong SPI, address or protocol."),
            row(
                "XfrmInStateProtoError", "in_state_proto_error",
                "Packets dropped by the protocol, for a wrong key for example."),
            row("XfrmInStateModeError", "in_state_mode_error", "Packets dropped by the mode."),
            row("XfrmInStateSeqError", "in_state_seq_error", "Packets whose sequence number was out of the window."),
            row("XfrmInStateExpired", "in_state_expired", "Packets whose state had expired."),
            row(
                "XfrmInStateMismatch", "in_state_mismatch",
                "Packets whose state has other options, of the encapsulation for example."),
            row("XfrmInStateInvalid", "in_state_invalid", "Packets whose state was not valid."),
            row("XfrmInTmplMismatch", "in_tmpl_mismatch", "Packets whose states fit no template of the policy."),
            row("XfrmInNoPols", "in_no_pols", "Packets with a state and without a policy."),
            row("XfrmInPolBlock", "in_pol_block", "Packets that came in and were dropped by a policy."),
            row("XfrmInPolError", "in_pol_error", "Packets that came in and failed at their policy."),
            row("XfrmOutError", "out_error", "Packets not sent for reasons that no other series counts."),
            row("XfrmOutBundleGenError", "out_bundle_gen_error", "Packets not sent because no bundle could be made."),
            row(
                "XfrmOutBundleCheckError", "out_bundle_check_error",
                "Packets not sent because their bundle was not good any more."),
            row("XfrmOutNoStates", "out_no_states", "Packets not sent because there was no state."),
            row("XfrmOutStateProtoError", "out_state_proto_error", "Packets not sent because the protocol failed."),
            row("XfrmOutStateModeError", "out_state_mode_error", "Packets not sent because the mode failed."),
            row(
                "XfrmOutStateSeqError", "out_state_seq_error",
                "Packets not sent because the sequence number ran over."),
            row("XfrmOutStateExpired", "out_state_expired", "Packets not sent because their state had expired."),
            row("XfrmOutPolBlock", "out_pol_block", "Packets that a policy kept from being sent."),
            row("XfrmOutPolDead", "out_pol_dead", "Packets not sent because their policy was dead."),
            row("XfrmOutPolError", "out_pol_error", "Packets not sent because their policy failed."),
            row("XfrmFwdHdrError", "fwd_hdr_error", "Packets that could not be forwarded."),
            row("XfrmOutStateInvalid", "out_state_invalid", "Packets not sent because their state was not valid."),
            row("XfrmAcquireError", "acquire_error", "Packets whose state was not complete yet."),
        ]

        private static func row(_ key: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(key, .counter("node_xfrm_\(name)_packets_total", [], help))
        }
    }
}
