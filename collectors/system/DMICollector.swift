// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the firmware says that this machine is.
///
/// Source: /sys/class/dmi/id, kernel Documentation/ABI/testing/sysfs-firmware-dmi-entries. Read once: it cannot change
/// before the next boot.
struct DMICollector: Collector {
    enum Metric: Int, FamilyKey {
        case info

        var family: MetricFamily {
            .gauge(
                "node_dmi_info", DMICollector.attributes.map { "\($0.label)?" },
                "What the firmware says of the machine, its board, chassis and BIOS; only what it says. Always 1.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "dmi", group: .system, help: "What the firmware says that this machine is.",
        reads: ["/sys/class/dmi/id (once)"])

    fileprivate static let attributes: [(label: StaticString, file: String)] = [
        ("bios_date", "bios_date"), ("bios_release", "bios_release"), ("bios_vendor", "bios_vendor"),
        ("bios_version", "bios_version"), ("board_asset_tag", "board_asset_tag"), ("board_name", "board_name"),
        ("board_serial", "board_serial"), ("board_vendor", "board_vendor"), ("board_version", "board_version"),
        ("chassis_asset_tag", "chassis_asset_tag"), ("chassis_serial", "chassis_serial"),
        ("chassis_vendor", "chassis_vendor"), ("chassis_version", "chassis_version"),
        ("product_family", "product_family"), ("product_name", "product_name"),
        ("product_serial", "product_serial"), ("product_sku", "product_sku"), ("product_uuid", "product_uuid"),
        ("product_version", "product_version"), ("system_vendor", "sys_vendor"),
    ]

    /// What tells one machine from another is for root alone, so that without it nothing is lost.
    private static let forRoot: Set<String> = ["board_serial", "chassis_serial", "product_serial", "product_uuid"]

    private let folder: KernelDirectory
    /// What was read, by attribute; nil before, and as long as one of them could not be read.
    private var values: [(label: StaticString, value: String)]?

    init(context: CollectorContext) {
        folder = KernelDirectory(context.roots.sys("class/dmi/id"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var known = values ?? []
        if values == nil {
            guard try reader.listIfPresent(folder) != nil else {
                return .noDevice("\(folder.path) is not there; this platform has no DMI")
            }
            known = fields(from: &reader, into: &writer)
            if writer.itemsLost == 0 { values = known }
        }
        guard !known.isEmpty else { return .noDevice("\(folder.path) says nothing") }
        let labels = writer.labels {
            for (label, value) in known { $0.add(label, value) }
        }
        writer.write(Metric.info, labels, true)
        return .available
    }

    private func fields(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) -> [(label: StaticString, value: String)] {
        var found: [(label: StaticString, value: String)] = []
        for (label, file) in DMICollector.attributes {
            do throws(KernelFileError) {
                let bytes = try reader.contents(ofPath: folder.path + "/" + file)
                found.append((label, bytes.trimmed.text))
            } catch {
                let isForRoot = error.isPermission && DMICollector.forRoot.contains(file)
                if !error.isMissing, !isForRoot { writer.lose(error) }
            }
        }
        return found
    }
}
