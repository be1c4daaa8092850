// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Tasks that the kernel found hanging.
///
/// Source: /proc/sys/kernel/hung_task_detect_count, kernel Documentation/admin-guide/sysctl/kernel.rst, from Linux 6.13
/// on.
struct KernelHungCollector: Collector {
    enum Metric: Int, FamilyKey {
        case tasks

        var family: MetricFamily {
            .counter(
                "node_kernel_hung_tasks_total", [], "Tasks that were found in uninterruptible sleep for too long.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "kernel_hung", group: .system, help: "Tasks that the kernel found hanging.",
        reads: ["/proc/sys/kernel/hung_task_detect_count"])

    private let file: KernelFile

    init(context: CollectorContext) {
        file = KernelFile(oneRead: context.roots.proc("sys/kernel/hung_task_detect_count"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        guard let tasks = bytes.trimmed.unsigned else { throw .malformed(file.path, bytes) }
        writer.write(.tasks, tasks)
        return .available
    }
}
