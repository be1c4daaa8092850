// SPDX-License-Identifier: Apache-2.0

/// Which number (`gpu_id`) each GPU has.
///
/// A number stays with its device until the process ends. Devices are known by their ids.
struct GPUNumbering {
    private var numbers: [String: Int] = [:]

    /// The number of a GPU, nil before it has one.
    func number(of id: String) -> Int? { numbers[id] }

    /// Numbers the GPUs of NVIDIA's library: by its index where that is free, else by the next free number.
    mutating func add(nvidia gpus: [NVIDIAStatus.GPU]) {
        for gpu in gpus.sorted(by: { $0.index < $1.index }) where numbers[gpu.id] == nil {
            let isFree = gpu.index >= 0 && !numbers.values.contains(gpu.index)
            numbers[gpu.id] = isFree ? gpu.index : next
        }
    }

    /// Numbers the GPUs of other makers, given in PCI order, after NVIDIA's: those numbered already, and
    /// `reserved` that the library has yet to list.
    mutating func add(others ids: [String], reserved: Int) {
        for id in ids where numbers[id] == nil {
            numbers[id] = max(next, reserved)
        }
    }

    private var next: Int { (numbers.values.max() ?? -1) + 1 }
}
