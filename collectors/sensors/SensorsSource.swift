// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import LMSensors

/// libsensors with a lane of its own: its reads go to the hardware, over slow buses too, and may hang.
final class SensorsSource: ItemSource {
    let laneName = "sensors"
    let discovery = ItemState()
    /// The library is one item, because it keeps its state in globals and may be used by one thread at a time.
    let library: SensorsItem

    /// Whether sysfs is where libsensors looks for it.
    private let isInForce: Bool

    private init(_ context: CollectorContext) {
        isInForce = context.roots.isLiveSysfs
        let file = context.options[SensorsCollector.configFile]
        library = SensorsItem(configuration: file.isEmpty ? nil : file)
    }

    /// The one source of a process.
    static func shared(_ context: CollectorContext) throws(ConfigurationError) -> SensorsSource {
        try context.sources.shared(SensorsSource.self) { SensorsSource(context) }
    }

    /// Why there is nothing to read; nil where there is.
    ///
    /// A host without a chip needs neither thread nor library.
    var absence: String? {
        guard isInForce else { return "libsensors reads /sys only, and --path.sysfs names another place" }
        guard let token = SensorsLibrary.changeToken() else { return "/sys/class/hwmon is not there" }
        return library.isEmpty(at: token) ? "no chip in /sys/class/hwmon that libsensors knows" : nil
    }

    var isNeeded: Bool { absence == nil }

    /// The item itself finds its chips.
    func discover(from reader: inout KernelFileReader) throws(CollectorError) {}

    var items: [any SourceItem] { [library] }
}
