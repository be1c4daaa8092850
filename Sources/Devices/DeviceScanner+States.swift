// SPDX-License-Identifier: Apache-2.0

import PCIBus

extension DeviceScanner {
    /// Draws each device's state from all that is known of it.
    func updateStates(nvidia: NVIDIAStatus?, stuck: Set<String>, numbering: inout GPUNumbering) {
        if let nvidia { joinLibrary(nvidia) }
        number(&numbering)
        for index in tracked.indices {
            let isStuck = stuck.contains(tracked[index].device.id)
            tracked[index].facts.isStuck = isStuck
            if tracked[index].facts.kind == .gpu, tracked[index].device.vendorID == PCIVendor.nvidia {
                takeStatus(nvidia, at: index)
            }
            let state = DeviceState.following(tracked[index].facts)
            if tracked[index].hasState, state == tracked[index].device.state { continue }
            if tracked[index].hasState {
                tracked[index].device.previousState = tracked[index].device.state
                tracked[index].device.stateChanges &+= 1
            }
            tracked[index].hasState = true
            tracked[index].device.state = state
            isChanged = true
        }
    }

    /// GPUs that the library knows and the bus does not, as in some sandboxes, under WSL2 and on a Jetson.
    private func joinLibrary(_ nvidia: NVIDIAStatus) {
        for gpu in nvidia.gpus {
            let index = indexOfDevice(gpu.id, kind: .gpu, address: gpu.address)
            guard !tracked[index].wasOnBus else { continue }
            tracked[index].facts.isPresent = true
            tracked[index].facts.vendorID = PCIVendor.nvidia
            tracked[index].device.vendorID = PCIVendor.nvidia
            tracked[index].device.vendor = "nvidia"
            tracked[index].device.lastSeenSeconds = nil
        }
    }

    private func takeStatus(_ nvidia: NVIDIAStatus?, at index: Int) {
        guard let nvidia else {
            tracked[index].facts.nvidia = nil
            return
        }
        let gpu = nvidia.gpus.first { $0.id == tracked[index].device.id }
        tracked[index].facts.nvidia = DeviceFacts.NVIDIA(library: nvidia.library, condition: gpu?.condition)
        if !tracked[index].wasOnBus, nvidia.library == .working, gpu == nil {
            tracked[index].facts.isPresent = false
        }
        let before = tracked[index].device
        if let name = gpu?.name { tracked[index].device.model = name }
        if let uuid = gpu?.uuid { tracked[index].device.uuid = uuid }
        if let version = nvidia.driverVersion, tracked[index].device.driver == "nvidia" || !tracked[index].wasOnBus {
            tracked[index].device.driverVersion = version
        }
        if before != tracked[index].device { isChanged = true }
    }

    private func number(_ numbering: inout GPUNumbering) {
        var others: [String] = []
        var nvidiaCount = 0
        for entry in tracked where entry.device.kind == .gpu && entry.facts.isPresent {
            if entry.device.vendorID != PCIVendor.nvidia {
                others.append(entry.device.id)
            } else if entry.device.driver == "nvidia" {
                nvidiaCount += 1
            }
        }
        numbering.add(others: others, reserved: nvidiaCount)
        for index in tracked.indices where tracked[index].device.kind == .gpu {
            let number = numbering.number(of: tracked[index].device.id)
            if tracked[index].device.gpuID != number {
                tracked[index].device.gpuID = number
                isChanged = true
            }
        }
    }
}
