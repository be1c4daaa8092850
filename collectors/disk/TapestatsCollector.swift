// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Traffic of SCSI tape drives.
///
/// Source: /sys/class/scsi_tape, kernel Documentation/scsi/st.rst.
struct TapestatsCollector: ClassCollector {
    static let ignoredDevices = Flag.pattern(
        "collector.tapestats.ignored-devices", default: "^$",
        help: "Tape drives to leave out, as a regular expression of their names.")

    static let descriptor = CollectorDescriptor(
        name: "tapestats", group: .disk, help: "Requests, bytes and times of SCSI tape drives.",
        reads: ["/sys/class/scsi_tape/st*/stats/*"], sources: [ClassDirectory<TapeDrive>.self],
        flags: [ignoredDevices])

    let devices: ClassDirectory<TapeDrive>
}

/// One tape drive.
struct TapeDrive: ClassDevice {
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            FamilyRow("stats/in_flight", .gauge("node_tape_io_now", ["device"], "Requests that wait for the drive.")),
            row("stats/io_ns", "io_time_seconds_total", .decimal(9), "Time spent waiting for the drive, in seconds."),
            row("stats/other_cnt", "io_others_total", .one, "Requests that were neither reads nor writes."),
            row("stats/read_byte_cnt", "read_bytes_total", .one, "Bytes read."),
            row("stats/read_cnt", "reads_completed_total", .one, "Read requests."),
            row("stats/read_ns", "read_time_seconds_total", .decimal(9), "Time spent waiting for reads, in seconds."),
            row("stats/resid_cnt", "residual_total", .one, "Requests that did not transfer all that they asked for."),
            row("stats/write_byte_cnt", "written_bytes_total", .one, "Bytes written."),
            row("stats/write_cnt", "writes_completed_total", .one, "Write requests."),
            row(
                "stats/write_ns", "write_time_seconds_total", .decimal(9), "Time spent waiting for writes, in seconds."),
        ]

        private static func row(
            _ file: StaticString, _ name: String, _ unit: KernelUnit, _ help: String
        ) -> FamilyRow {
            FamilyRow(file, unit, .counter("node_tape_" + name, ["device"], help))
        }
    }

    static let className = "scsi_tape"
    static let noun = "tape drive"

    private let name: String
    private let numbers: AttributeFiles<Metric>

    /// Of the names that a drive has (st0, nst0, st0a, …) only the plain one is shown.
    init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError) {
        let ignored = try DeviceFilter(context.options, include: nil, exclude: TapestatsCollector.ignoredDevices)
        guard name.hasPrefix("st"), UInt32(name.dropFirst(2)) != nil, !ignored.ignores(name) else { return nil }
        self.name = name
        numbers = AttributeFiles(Metric.fields, in: folder)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        numbers.read(from: &reader, writer.labels("device", name), into: &writer)
    }
}
