// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The controllers of control groups that the kernel has.
///
/// Source: /proc/cgroups, cgroups(7).
struct CgroupsCollector: Collector {
    enum Metric: Int, FamilyKey {
        case groups, isEnabled

        var family: MetricFamily {
            switch self {
            case .groups: .gauge("node_cgroups_cgroups", ["subsys_name"], "Control groups that use the controller.")
            case .isEnabled: .gauge("node_cgroups_enabled", ["subsys_name"], "1 where the controller is switched on.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "cgroups", group: .system, isDefault: false, help: "How many control groups use each controller.",
        reads: ["/proc/cgroups"])

    private let file: KernelFile

    init(context: CollectorContext) { file = KernelFile(context.roots.proc("cgroups")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var rows = ColumnLines(bytes)
        var good = 0
        while let row = rows.next() {
            if row.line.hasPrefix("#") { continue }
            // `memory   7   234   1`: the controller, its hierarchy, the groups in it, whether it is on.
            var fields = row.fields
            guard let controller = fields.nextField(), fields.nextUnsigned() != nil,
                let groups = fields.nextUnsigned(), let enabled = fields.nextUnsigned()
            else {
                writer.loseItem("\(file.path): \"\(row.line.upTo(64).text)\" is no controller")
                continue
            }
            good += 1
            let labels = writer.labels("subsys_name", controller)
            writer.write(.groups, labels, groups)
            writer.write(.isEnabled, labels, enabled)
        }
        guard good > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }
}
