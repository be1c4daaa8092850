// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import PCIBus

/// Which of NVIDIA's GPUs on the bus sleep.
///
/// Reading the file does not wake them.
struct NVMLPower {
    private struct Watched {
        let address: PCIAddress
        let status: KernelFile
    }

    private var watched: [Watched] = []
    /// Those that sleep.
    private(set) var asleep: Set<PCIAddress> = []
    /// Those that do not.
    private(set) var awake: [PCIAddress] = []

    /// Takes over which devices there are.
    mutating func update(to devices: [(address: PCIAddress, statusPath: String)]) {
        watched = devices.map { device in
            watched.first { $0.address == device.address }
                ?? Watched(address: device.address, status: KernelFile(oneRead: device.statusPath))
        }
    }

    /// Reads the status of each.
    mutating func read(from reader: inout KernelFileReader) {
        asleep.removeAll(keepingCapacity: true)
        awake.removeAll(keepingCapacity: true)
        for device in watched {
            // Without power management, or with the device just gone, nothing sleeps.
            let word = try? reader.contents(of: device.status)
            if word.map({ RuntimeStatus(word: $0).isAsleep }) ?? false {
                asleep.insert(device.address)
            } else {
                awake.append(device.address)
            }
        }
    }
}
