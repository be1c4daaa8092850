// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The names of the kernel and of the host.
///
/// Source: uname(2) of the live system, whatever `--path.procfs` says.
struct UnameCollector: Collector {
    enum Metric: Int, FamilyKey {
        case info

        var family: MetricFamily {
            .gauge(
                "node_uname_info", ["sysname", "release", "version", "machine", "nodename", "domainname"],
                "Names of the running kernel and of the host; always 1.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "uname", group: .system, help: "Names of the running kernel and of the host.",
        reads: ["uname(2)"])

    init(context: CollectorContext) {}

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let name = UnixName(copiedBy: &reader) else { throw .other("uname failed") }
        let labels = writer.labels {
            $0.add("sysname", name.sysname)
            $0.add("release", name.release)
            $0.add("version", name.version)
            $0.add("machine", name.machine)
            $0.add("nodename", name.nodename)
            $0.add("domainname", name.domainname)
        }
        writer.write(Metric.info, labels, true)
        return .available
    }
}
