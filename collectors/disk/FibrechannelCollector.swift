// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Ports of Fibre Channel adapters.
///
/// Source: /sys/class/fc_host, kernel Documentation/scsi/scsi_fc_transport.rst.
struct FibrechannelCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "fibrechannel", group: .disk, help: "Ports of Fibre Channel adapters: what they are, traffic, errors.",
        reads: ["/sys/class/fc_host/*"], sources: [ClassDirectory<FibreChannelHost>.self])

    let devices: ClassDirectory<FibreChannelHost>
}

/// One port, whose driver may ask firmware that does not answer.
struct FibreChannelHost: ClassDevice {
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            row("dumped_frames", "dumped_frames_total", "Frames that were thrown away."),
            row("error_frames", "error_frames_total", "Frames with errors."),
            row("invalid_crc_count", "invalid_crc_total", "Frames whose checksum was wrong."),
            row("rx_frames", "rx_frames_total", "Frames received."),
            row("rx_words", "rx_words_total", "Words of four bytes received."),
            row("tx_frames", "tx_frames_total", "Frames sent."),
            row("tx_words", "tx_words_total", "Words of four bytes sent."),
            row(
                "seconds_since_last_reset", "seconds_since_last_reset_total",
                "Time since the statistics were reset, in seconds."),
            row("invalid_tx_word_count", "invalid_tx_words_total", "Words that were no valid transmission words."),
            row("link_failure_count", "link_failure_total", "Times that the link failed."),
            row("loss_of_sync_count", "loss_of_sync_total", "Times that synchronisation was lost."),
            row("loss_of_signal_count", "loss_of_signal_total", "Times that the signal was lost."),
            row("nos_count", "nos_total", "Not-operational sequences that came."),
            row("fcp_packet_aborts", "fcp_packet_aborts_total", "SCSI commands over Fibre Channel that were aborted."),
            FamilyRow(
                .gauge(
                    "node_fibrechannel_info",
                    [
                        "dev_loss_tmo", "fabric_name", "fc_host", "port_id", "port_name", "port_state", "port_type",
                        "speed", "supported_classes", "supported_speeds", "symbolic_name",
                    ], "1 for each port, with what it says about itself.")),
        ]
        static let info = named("node_fibrechannel_info")

        private static func row(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .counter("node_fibrechannel_" + name, ["fc_host"], help))
        }
    }

    static let className = "fc_host"
    static let noun = "Fibre Channel port"

    /// The attributes that become labels, with the port's name between them; hexadecimal ones lose their `0x`.
    private static let attributes: [(name: StaticString, isHexadecimal: Bool)] = [
        ("dev_loss_tmo", false), ("fabric_name", true), ("fc_host", false), ("port_id", true), ("port_name", true),
        ("port_state", false), ("port_type", false), ("speed", false), ("supported_classes", false),
        ("supported_speeds", false), ("symbolic_name", false),
    ]

    private let name: String
    private let counters: [(field: TableField<Metric>, file: KernelFile)]
    private let labels: [(label: StaticString, isHexadecimal: Bool, file: KernelFile?)]

    init?(name: String, folder: String, context: CollectorContext) {
        self.name = name
        counters = Metric.fields.map { ($0, KernelFile(oneRead: "\(folder)/statistics/\($0.name)")) }
        labels = Self.attributes.map { attribute in
            let isName = "\(attribute.name)" == "fc_host"
            let file = isName ? nil : KernelFile(oneRead: "\(folder)/\(attribute.name)")
            return (attribute.name, attribute.isHexadecimal, file)
        }
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        var set = Labels.none
        for (label, isHexadecimal, file) in labels {
            guard let file else {
                set = writer.labels(set) { $0.add(label, name) }
                continue
            }
            // Drivers choose what they tell.
            var text = reader.text(of: file, or: &writer) ?? Bytes("")
            if isHexadecimal, text.count > 2 { text = text.from(2) }
            set = writer.labels(set) { $0.add(label, text) }
        }
        writer.write(.info, set, 1)
        let host = writer.labels("fc_host", name)
        for (field, file) in counters {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            guard let count = text.hasPrefix("0x") ? text.hexadecimal : text.unsigned else {
                writer.loseItem("\(file.path): not a number: \"\(text.upTo(64).text)\"")
                continue
            }
            // All ones stand for a counter that the adapter does not have.
            if count != .max { writer.write(field, host, count) }
        }
    }
}
