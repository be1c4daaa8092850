// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The attributes of a block device's request queue.
///
/// Source: kernel Documentation/ABI/stable/sysfs-block.
enum BlockQueue {
    /// node_exporter reads all of these and says that a disk does not rotate where one of them cannot be read.
    private static let numbers = [
        "add_random", "chunk_sectors", "dax", "discard_granularity", "discard_max_bytes", "discard_max_hw_bytes", "fua",
        "hw_sector_size", "io_poll", "io_poll_delay", "io_timeout", "iostats", "logical_block_size",
        "max_discard_segments", "max_hw_sectors_kb", "max_integrity_segments", "max_sectors_kb", "max_segment_size",
        "max_segments", "minimum_io_size", "nomerges", "nr_requests", "nr_zones", "optimal_io_size",
        "physical_block_size", "read_ahead_kb", "rq_affinity", "wbt_lat_usec", "write_same_max_bytes",
        "write_zeroes_max_bytes",
    ]
    private static let texts = ["scheduler", "write_cache", "zoned"]
    private static let signedNumbers: Set<String> = ["io_poll_delay", "wbt_lat_usec"]

    /// The value of the label `rotational`, as node_exporter has it: 1 for a disk that rotates and whose queue has
    /// every attribute that it knows.
    ///
    /// So it is 0 for partitions, which have no queue, and for disks that have a `/` in /proc/diskstats and a `!` in
    /// sysfs. A disk that does not rotate costs one file.
    static func rotational(_ device: String, _ roots: Roots, _ reader: inout KernelFileReader) -> String {
        let folder = roots.sys("block/\(device)/queue/")
        guard number("rotational", folder, &reader) == 1 else { return "0" }
        for name in numbers where number(name, folder, &reader) == nil { return "0" }
        for name in texts where read(folder + name, &reader) == nil { return "0" }
        return "1"
    }

    private static func number(_ name: String, _ folder: String, _ reader: inout KernelFileReader) -> Int64? {
        guard let text = read(folder + name, &reader)?.trimmed else { return nil }
        return signedNumbers.contains(name) ? text.signed : text.unsigned.map { Int64(truncatingIfNeeded: $0) }
    }

    private static func read(_ path: String, _ reader: inout KernelFileReader) -> Bytes? {
        // Kernels differ in which attributes they have and refuse to read, so that an error is an answer here.
        try? reader.readIfPresent(path: path)
    }
}
