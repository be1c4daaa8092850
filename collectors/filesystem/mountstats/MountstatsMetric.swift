// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles

/// The families of the mountstats collector: columns of the lines of a mount.
struct MountstatsMetric: FamilyTable {
    let rawValue: Int

    private static let ofMount = ["export", "mountaddr", "protocol"]
    private static let ofOperation = ["export", "mountaddr", "operation", "protocol"]
    private static let ofTransport = ["export", "mountaddr", "protocol", "transport"]

    private static let age = [counter(0, "age_seconds_total", "Time since the mount was made, in seconds.")]
    private static let bytes = [
        counter(0, "read_bytes_total", "Data that read calls got."),
        counter(1, "write_bytes_total", "Data that write calls gave."),
        counter(2, "direct_read_bytes_total", "Data read past the page cache."),
        counter(3, "direct_write_bytes_total", "Data written past the page cache."),
        counter(4, "total_read_bytes_total", "Data read from the server."),
        counter(5, "total_write_bytes_total", "Data written to the server."),
        counter(6, "read_pages_total", "Pages read from the server."),
        counter(7, "write_pages_total", "Pages written to the server."),
    ]
    /// The column between releases and truncations is not used by the kernel.
    private static let events = [
        counter(0, "event_inode_revalidate_total", "Times that attributes in the cache were checked."),
        counter(1, "event_dnode_revalidate_total", "Times that names in the cache were checked."),
        counter(2, "event_data_invalidate_total", "Times that the cached data of a file was given up."),
        counter(3, "event_attribute_invalidate_total", "Times that the cached attributes of a file were given up."),
        counter(4, "event_vfs_open_total", "Files and directories opened."),
        counter(5, "event_vfs_lookup_total", "Names looked up in directories."),
        counter(6, "event_vfs_access_total", "Permissions checked."),
        counter(7, "event_vfs_update_page_total", "Pages changed."),
        counter(8, "event_vfs_read_page_total", "Single pages read."),
        counter(9, "event_vfs_read_pages_total", "Runs of pages read."),
        counter(10, "event_vfs_write_page_total", "Single pages written."),
        counter(11, "event_vfs_write_pages_total", "Runs of pages written."),
        counter(12, "event_vfs_getdents_total", "Times that entries of a directory were read."),
        counter(13, "event_vfs_setattr_total", "Times that attributes were set."),
        counter(14, "event_vfs_flush_total", "Times that what was not yet written was sent to the server."),
        counter(15, "event_vfs_fsync_total", "Times that a file or directory was synced."),
        counter(16, "event_vfs_lock_total", "Times that a lock was asked for."),
        counter(17, "event_vfs_file_release_total", "Files closed for the last time."),
        counter(19, "event_truncation_total", "Files truncated."),
        counter(20, "event_write_extension_total", "Files that grew by writing behind their end."),
        counter(21, "event_silly_rename_total", "Files removed while they were open."),
        counter(22, "event_short_read_total", "Times that the server gave less than was asked for."),
        counter(23, "event_short_write_total", "Times that the server wrote less than it was given."),
        counter(24, "event_jukebox_delay_total", "Times that the server asked to be asked later."),
        counter(25, "event_pnfs_read_total", "Reads by pNFS."),
        counter(26, "event_pnfs_write_total", "Writes by pNFS."),
    ]
    private static let operation = [
        counter(0, "operations_requests_total", "Requests of the operation.", ofOperation),
        counter(1, "operations_transmissions_total", "Times that a request was sent.", ofOperation),
        counter(2, "operations_major_timeouts_total", "Requests that ran into a major timeout.", ofOperation),
        counter(3, "operations_sent_bytes_total", "Data sent, headers included.", ofOperation),
        counter(4, "operations_received_bytes_total", "Data received, headers included.", ofOperation),
        counter(
            5, unit: .milliseconds, "operations_queue_time_seconds_total", "Time that requests waited to be sent.",
            ofOperation),
        counter(
            6, unit: .milliseconds, "operations_response_time_seconds_total",
            "Time between sending requests and getting their replies.", ofOperation),
        counter(
            7, unit: .milliseconds, "operations_request_time_seconds_total", "Time that requests took as a whole.",
            ofOperation),
    ]
    private static let transport = [
        counter(1, "transport_bind_total", "Times that a local port was bound.", ofTransport),
        counter(2, "transport_connect_total", "Connections made to the server.", ofTransport),
        gauge(4, "transport_idle_time_seconds", "Time since anything was sent or received.", ofTransport),
        counter(5, "transport_sends_total", "Requests sent.", ofTransport),
        counter(6, "transport_receives_total", "Replies received.", ofTransport),
        counter(7, "transport_bad_transaction_ids_total", "Replies to requests that are not known.", ofTransport),
        counter(
            9, "transport_backlog_queue_total",
            "Length of the queue for requests that have no slot, summed over all requests.", ofTransport),
        gauge(10, "transport_maximum_rpc_slots", "Most requests that were on the way at once.", ofTransport),
        counter(
            11, "transport_sending_queue_total", "Length of the queue for sending, summed over all requests.",
            ofTransport),
        counter(
            12, "transport_pending_queue_total", "Length of the queue for replies, summed over all requests.",
            ofTransport),
    ]
    private static let info = [
        FamilyRow(
            .gauge(
                "node_mountstats_nfs_mountpoint_info", ["export", "mountaddr", "mountpoint", "protocol"],
                "1 for each place where the export is mounted."))
    ]

    private static let groups = [age, bytes, events, operation, transport, info]
    static let rows = groups.flatMap { $0 }
    static let mountpointInfo = named("node_mountstats_nfs_mountpoint_info")

    private static func counter(
        _ column: Int, unit: KernelUnit = .one, _ name: String, _ help: String, _ labels: [String] = ofMount
    ) -> FamilyRow {
        FamilyRow(column: column, unit, .counter("node_mountstats_nfs_" + name, labels, help))
    }

    private static func gauge(_ column: Int, _ name: String, _ help: String, _ labels: [String]) -> FamilyRow {
        FamilyRow(column: column, .gauge("node_mountstats_nfs_" + name, labels, help))
    }
}

extension MountstatsMetric {
    /// The columns of a line with their families.
    struct Table {
        private static let limit = 32
        /// Times and ages that wrapped below 0 are cut to what a double holds exactly, as node_exporter does.
        fileprivate static let mantissa: UInt64 = 1 << 53

        fileprivate let fields: [TableField<MountstatsMetric>]
        private let leastColumns: Int

        fileprivate init(_ fields: some Sequence<TableField<MountstatsMetric>>) {
            self.fields = Array(fields)
            leastColumns = (self.fields.map(\.column).max() ?? 0) + 1
        }

        /// Writes a line's numbers behind its name; false where they are too few or no numbers, and nothing is written.
        func write(
            _ words: ByteScanner, _ labels: Labels, into writer: inout MetricWriter<MountstatsMetric>
        ) -> Bool {
            var words = words
            var numbers = InlineArray<32, UInt64>(repeating: 0)
            for column in 0..<min(leastColumns, Self.limit) {
                guard let number = words.nextUnsigned() else { return false }
                numbers[column] = number
            }
            write(numbers, fields, labels, into: &writer)
            return true
        }

        fileprivate func write(
            _ numbers: InlineArray<32, UInt64>, _ fields: some Sequence<TableField<MountstatsMetric>>, _ labels: Labels,
            into writer: inout MetricWriter<MountstatsMetric>
        ) {
            for field in fields {
                let number = numbers[field.column]
                if field.unit == .milliseconds {
                    writer.write(field.key, labels, Double(number % Self.mantissa) / 1_000)
                } else {
                    writer.write(field, labels, number)
                }
            }
        }
    }

    /// The tables of all lines.
    struct Tables {
        /// Of kernels that write statistics of version 1.0, and of RDMA: the columns that all transports have.
        private static let commonColumns = 10
        private static let connectColumn = 2, idleColumn = 4

        let age, bytes, events, operation: Table
        private let transport: Table

        init() {
            var rest = MountstatsMetric.fields[...]
            func next(_ rows: [FamilyRow]) -> Table {
                defer { rest = rest.dropFirst(rows.count) }
                return Table(rest.prefix(rows.count))
            }
            age = next(MountstatsMetric.age)
            bytes = next(MountstatsMetric.bytes)
            events = next(MountstatsMetric.events)
            operation = next(MountstatsMetric.operation)
            transport = next(MountstatsMetric.transport)
        }

        /// Writes the numbers of a transport, which begin with its kind; false where they are too few.
        ///
        /// UDP has no connections, which are the third to fifth number of the others; node_exporter gives 0 for them.
        func writeTransport(
            _ words: ByteScanner, _ labels: Labels, into writer: inout MetricWriter<MountstatsMetric>
        ) -> Bool {
            var words = words
            guard let kind = words.nextField() else { return false }
            var numbers = InlineArray<32, UInt64>(repeating: 0)
            var count = 0
            while count < 13, let number = words.nextUnsigned() {
                if count == Self.connectColumn, kind == "udp" { count += 3 }
                numbers[count] = number
                count += 1
            }
            guard count >= Self.commonColumns else { return false }
            numbers[Self.idleColumn] %= Table.mantissa
            // What RDMA has behind them is something else.
            let known = kind == "rdma" ? Self.commonColumns : count
            transport.write(numbers, transport.fields.lazy.filter { $0.column < known }, labels, into: &writer)
            return true
        }
    }
}
