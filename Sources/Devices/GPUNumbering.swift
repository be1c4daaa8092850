// SPDX-License-Identifier: Apache-2.0

import PCIBus

/// Which number (`gpu_id`) each GPU has.
///
/// A number stays with its address until the process ends.
struct GPUNumbering {
    private var numbers: [PCIAddress: Int] = [:]

    /// The number of a GPU, nil before it has one.
    func number(of address: PCIAddress) -> Int? { numbers[address] }

    /// Numbers the GPUs of NVIDIA's library: by its index where that is free, else by the next free number.
    mutating func add(nvidia gpus: [NVIDIAStatus.GPU]) {
        for gpu in gpus.sorted(by: { $0.index < $1.index }) where numbers[gpu.address] == nil {
            let isFree = gpu.index >= 0 && !numbers.values.contains(gpu.index)
            numbers[gpu.address] = isFree ? gpu.index : next
        }
    }

    /// Numbers the GPUs of other makers, given in PCI order, after NVIDIA's: those numbered already, and
    /// `reserved` that the library has yet to list.
    mutating func add(others addresses: [PCIAddress], reserved: Int) {
        for address in addresses where numbers[address] == nil {
            numbers[address] = max(next, reserved)
        }
    }

    private var next: Int { (numbers.values.max() ?? -1) + 1 }
}
