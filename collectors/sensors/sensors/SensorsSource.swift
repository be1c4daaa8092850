// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import LMSensors
import Synchronization

/// libsensors with a lane of its own: its reads go to the hardware, over slow buses too, and may hang.
final class SensorsSource: LaneSource {
    let lane = "sensors"

    /// The library is one item, because it keeps its state in globals and may be used by one thread at a time.
    private let chips: Item<SensorsChips>
    /// Whether sysfs is where libsensors looks for it.
    private let isInForce: Bool
    /// The token of the class at which the library found no chip; 0 for none.
    private let emptyToken: EmptyToken
    private let noFolder = AbsenceMemory("/sys/class/hwmon")

    private final class EmptyToken: Sendable {
        let value = Atomic<UInt64>(0)
    }

    init(context: CollectorContext) throws(ConfigurationError) {
        isInForce = context.roots.isLiveSysfs
        let file = context.options[SensorsCollector.configFile]
        let chipFilter = try HwmonFlags.chips(context.options)
        let emptyToken = EmptyToken()
        self.emptyToken = emptyToken
        chips = Item(
            "libsensors",
            SensorsChips(configuration: file.isEmpty ? nil : file, chipFilter: chipFilter) {
                emptyToken.value.store($0, ordering: .relaxed)
            })
    }

    /// Why there is nothing to read; nil where there is.
    ///
    /// A host without a chip needs neither thread nor library.
    var absence: String? {
        guard isInForce else { return "libsensors reads /sys only, and --path.sysfs names another place" }
        let events = noFolder.now()
        let missing = "/sys/class/hwmon is not there"
        if noFolder.isMissing(at: events) { return missing }
        let found = SensorsLibrary.changeToken()
        noFolder.note(isMissing: found == nil, at: events)
        guard let token = found else { return missing }
        let isEmpty = emptyToken.value.load(ordering: .relaxed) == token
        return isEmpty ? "no chip in /sys/class/hwmon that libsensors knows" : nil
    }

    var isNeeded: Bool { absence == nil }

    /// The item itself finds its chips.
    func list(from reader: inout KernelFileReader) -> [any LaneItem] { [chips] }

    /// Takes over the library's samples of this scrape.
    func collect(in scrape: UInt64, into writer: inout SensorsCollector.Writer) throws(CollectorError) {
        let isRead: Void? = try chips.withResult(of: scrape) { (chips) throws(CollectorError) in
            if let failure = chips.failure { throw .other(failure.description) }
            writer.merge(chips.writer)
        }
        if isRead == nil { throw .busy("libsensors") }
    }
}
