// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The request queue of a block device, which says whether the device rotates.
///
/// Source: kernel Documentation/ABI/stable/sysfs-block. The attribute can be written, and follows the table of a device
/// mapper, so that it is read in every scrape.
struct BlockQueue {
    /// nil for partitions, which have no queue, and for disks that have a `/` in /proc/diskstats and a `!` in sysfs.
    private let rotational: KernelFile?

    /// The queue of a device of this name.
    init(_ device: String, _ roots: Roots, _ reader: borrowing KernelFileReader) {
        let path = roots.sys("block/\(device)/queue")
        rotational = reader.exists(path) ? KernelFile(oneRead: path + "/rotational") : nil
    }

    /// The value of the label `rotational`: 1 for a disk that rotates; 0 too where there is nothing that says so, as
    /// node_exporter has it.
    ///
    /// Empty where it cannot be read.
    func rotationalText(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<DiskstatsMetric>
    ) -> StaticString {
        guard let rotational else { return "0" }
        switch reader.attribute(rotational) {
        case .none: return "0"
        case .lost(let error): writer.lose(error)
        case .value(let text):
            if text == "1" { return "1" }
            if text == "0" { return "0" }
            writer.lose(.malformed(rotational.path, text))
        }
        return ""
    }
}
