// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import Glibc
import KernelFiles
import Synchronization

extension KernelFileError {
    /// True where a card does not answer because it is on its way into or out of sleep.
    var isBusy: Bool { errno == EBUSY || errno == EAGAIN }
}

/// The GPUs of AMD and Intel and the accelerators, read in a lane of their own: their drivers ask the card's firmware,
/// which may hang.
final class CardSource: ItemSource, @unchecked Sendable {
    let laneName = "cards"
    let discovery = ItemState()

    private let inventory: DeviceInventory
    /// Written only while `discovery` is held; read by collectors, which run after that.
    private let cards = Mutex(Cards())

    private struct Cards {
        var devices: [Device] = []
        var gpus: [Card<GPUMetric>] = []
        var accelerators: [Card<AcceleratorMetric>] = []
    }

    private init(inventory: DeviceInventory) {
        self.inventory = inventory
    }

    /// The one source of a process.
    static func shared(_ context: CollectorContext) throws(ConfigurationError) -> CardSource {
        let inventory = try DeviceInventory.shared(context)
        return try context.sources.shared(CardSource.self) { CardSource(inventory: inventory) }
    }

    /// A host without such a card needs no thread.
    var isNeeded: Bool {
        inventory.latest.devices.contains { CardSource.isGPU($0) || CardSource.isAccelerator($0) }
    }

    func discover(from reader: inout KernelFileReader) throws(CollectorError) {
        let devices = inventory.latest.devices
        cards.withLock {
            guard devices != $0.devices else { return }
            $0.devices = devices
            $0.gpus = CardSource.renewed($0.gpus, devices.filter(CardSource.isGPU)) { device in
                if device.vendor == "amd" { return AMDCardModel() }
                return IntelCardModel()
            }
            $0.accelerators = CardSource.renewed($0.accelerators, devices.filter(CardSource.isAccelerator)) { _ in
                AcceleratorModel()
            }
        }
    }

    var items: [any SourceItem] { cards.withLock { $0.gpus as [any SourceItem] + $0.accelerators } }

    /// The cards of AMD or Intel GPUs.
    func gpus(vendor: String) -> [Card<GPUMetric>] {
        // Without a card there is no discovery that would empty the list.
        guard isNeeded else { return [] }
        return cards.withLock { $0.gpus.filter { $0.device.vendor == vendor } }
    }

    /// The cards of accelerators.
    var accelerators: [Card<AcceleratorMetric>] { isNeeded ? cards.withLock(\.accelerators) : [] }

    /// The devices whose read has not come back.
    ///
    /// To be asked by collectors that run after this source.
    var stuckKeys: Set<String> {
        cards.withLock { cards in
            guard !cards.gpus.isEmpty || !cards.accelerators.isEmpty else { return [] }
            return Set((cards.gpus as [any SourceItem] + cards.accelerators).filter(\.state.isRunning).map(\.key))
        }
    }

    /// Keeps the cards that are as they were, and those in which a thread hangs.
    private static func renewed<Metric: FamilyKey>(
        _ cards: [Card<Metric>], _ devices: [Device], model: (Device) -> any CardModel<Metric>
    ) -> [Card<Metric>] {
        let ids = Set(devices.map(\.id))
        return devices.map { device in
            let old = cards.first { $0.key == device.id }
            if let old, old.state.isRunning || isSame(old.device, device) { return old }
            return Card(device, model: model(device))
        } + cards.filter { $0.state.isRunning && !ids.contains($0.key) }
    }

    /// Whether everything that a card's attributes and labels depend on is the same.
    private static func isSame(_ left: Device, _ right: Device) -> Bool {
        left.driver == right.driver && left.gpuID == right.gpuID && left.card == right.card
            && left.accelerator == right.accelerator && left.uuid == right.uuid && left.model == right.model
            && left.driverVersion == right.driverVersion && left.folder == right.folder
    }

    private static let drivers: Set<String> = ["amdgpu", "radeon", "i915", "xe"]

    /// A GPU of AMD or Intel that its driver can answer for.
    private static func isGPU(_ device: Device) -> Bool {
        device.kind == .gpu && drivers.contains(device.driver) && device.gpuID != nil && answers(device)
    }

    /// An accelerator that the kernel presents as one.
    private static func isAccelerator(_ device: Device) -> Bool {
        device.accelerator != nil && answers(device)
    }

    private static func answers(_ device: Device) -> Bool {
        switch device.state {
        case .missing, .offBus, .passthrough, .noDriver: false
        default: true
        }
    }
}
