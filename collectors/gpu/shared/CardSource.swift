// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import Glibc
import KernelFiles
import Synchronization

/// Cards by the ids of their devices.
typealias CardSet<Metric: FamilyKey> = ItemSet<String, CardIdentity, Card<Metric>>

/// Everything that a card's attributes and labels depend on.
struct CardIdentity: Equatable {
    let device: Device

    init(_ device: Device) {
        self.device = device
    }

    static func == (left: CardIdentity, right: CardIdentity) -> Bool {
        let (left, right) = (left.device, right.device)
        return left.driver == right.driver && left.gpuID == right.gpuID && left.card == right.card
            && left.accelerator == right.accelerator && left.uuid == right.uuid && left.model == right.model
            && left.driverVersion == right.driverVersion && left.folder == right.folder
    }
}

extension KernelFileError {
    /// True where a card does not answer because it is on its way into or out of sleep.
    var isBusy: Bool { errno == EBUSY || errno == EAGAIN }
}

/// The GPUs of AMD and Intel and the accelerators, read in a lane of their own: their drivers ask the card's firmware,
/// which may hang.
final class CardSource: LaneSource {
    static let needs: [any Source.Type] = [DeviceInventory.self]

    let lane = "cards"

    private let inventory: DeviceInventory
    private let cards = Mutex(Cards())

    private struct Cards {
        var devices: [Device] = []
        var gpus = CardSet<GPUMetric>()
        var accelerators = CardSet<AcceleratorMetric>()
    }

    init(context: CollectorContext) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
    }

    /// A host without such a card needs no thread.
    var isNeeded: Bool {
        inventory.latest.devices.contains { CardSource.isGPU($0) || CardSource.isAccelerator($0) }
    }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let devices = inventory.latest.devices
        return cards.withLock { cards in
            if devices != cards.devices || cards.gpus.isOutdated || cards.accelerators.isOutdated {
                cards.devices = devices
                cards.gpus.update(
                    to: devices.filter(CardSource.isGPU), id: \.id, identity: CardIdentity.init
                ) { device in
                    let model: any CardModel<GPUMetric> = device.vendor == "amd" ? AMDCardModel() : IntelCardModel()
                    return Item(device.id, Card(device, model: model))
                }
                cards.accelerators.update(
                    to: devices.filter(CardSource.isAccelerator), id: \.id, identity: CardIdentity.init
                ) { Item($0.id, Card($0, model: AcceleratorModel())) }
            }
            return cards.gpus.laneItems + cards.accelerators.laneItems
        }
    }

    /// The cards of AMD or Intel GPUs.
    func gpus(vendor: String) -> [CardSet<GPUMetric>.Entry] {
        // Without a card nothing is listed that would empty the set.
        guard isNeeded else { return [] }
        return cards.withLock { $0.gpus.entries.filter { $0.identity.device.vendor == vendor } }
    }

    /// The cards of accelerators.
    var accelerators: [CardSet<AcceleratorMetric>.Entry] {
        isNeeded ? cards.withLock(\.accelerators.entries) : []
    }

    /// The ids of the devices whose read has not come back.
    ///
    /// To be asked by collectors that run after this source.
    var stuckDevices: Set<String> {
        cards.withLock { cards in
            let gpus = cards.gpus.entries.filter(\.item.isInUse).map(\.id)
            return Set(gpus + cards.accelerators.entries.filter(\.item.isInUse).map(\.id))
        }
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
