// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// The cards of one maker, as a collector shows them.
struct CardGPUs {
    private let inventory: DeviceInventory
    private let cards: CardSource
    private let vendor: String
    private let missing: String

    init(_ context: CollectorContext, vendor: String, missing: String) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
        cards = try context.source(CardSource.self)
        self.vendor = vendor
        self.missing = missing
    }

    func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<GPUMetric>
    ) throws(CollectorError) -> Availability {
        let snapshot = try inventory.snapshot()
        // A device of which something is not known may be no card yet.
        for device in snapshot.devices where device.kind == .gpu && device.vendor == vendor {
            if let problem = device.problem { writer.loseItem(problem) }
            if let problem = device.nodeProblem { writer.loseItem(problem) }
        }
        let own = cards.gpus(vendor: vendor)
        guard !own.isEmpty else { return .noDevice(snapshot.busAbsence ?? missing) }
        for card in own {
            let isRead: Void? = card.item.withResult(of: reader.scrape) { writer.merge($0.writer) }
            if isRead == nil { writer.loseItem("\(card.id) has not answered") }
        }
        return .available
    }
}
