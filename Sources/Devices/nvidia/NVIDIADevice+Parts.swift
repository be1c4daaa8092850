// SPDX-License-Identifier: Apache-2.0

import NVML

extension NVIDIADevice {
    /// Takes profiling samples of the device and of its MIG GPU instances, where it has such.
    func sample(_ handle: NVMLDevice) {
        if !hasTriedSampling {
            hasTriedSampling = true
            // Before Hopper there are none, which is no loss.
            sampler = try? NVMLGPMSampler(device: handle)
        }
        guard let sampler else { return }
        gpm = NVIDIADevice.take(sampler)
        guard reading.migMode == true else { return }
        for instance in reading.migInstances {
            guard let number = instance.gpuInstance, instanceGPM[number] == nil else { continue }
            if instanceSamplers[number] == nil {
                instanceSamplers[number] = try? NVMLGPMSampler(device: handle, gpuInstance: number)
            }
            if let sampler = instanceSamplers[number] { instanceGPM[number] = NVIDIADevice.take(sampler) }
        }
        let gone = instanceSamplers.keys.filter { number in
            !reading.migInstances.contains { $0.gpuInstance == number }
        }
        for number in gone { instanceSamplers.removeValue(forKey: number)?.close() }
    }

    /// Nil for the first sample, and for one that failed: the reading itself shows how the device is.
    private static func take(_ sampler: NVMLGPMSampler) -> GPMReading? {
        var reading = GPMReading()
        guard let isComplete = try? sampler.sample(into: &reading), isComplete else { return nil }
        return reading
    }

    /// Names the processes with the most memory, each once.
    func nameProcesses(_ limit: Int, by library: NVMLLibrary) {
        reading.processes.sort { ($0.usedMemoryBytes ?? 0, $1.pid) > ($1.usedMemoryBytes ?? 0, $0.pid) }
        for process in reading.processes where processes.count < limit {
            guard let used = process.usedMemoryBytes, !processes.contains(where: { $0.pid == process.pid }) else {
                continue
            }
            let name = NVIDIADevice.shortName(library.processName(pid: process.pid) ?? "")
            processes.append(NamedProcess(pid: process.pid, name: name, usedMemoryBytes: used))
        }
    }

    /// The program's file name, at most 64 characters of it: arguments may be secrets.
    static func shortName(_ text: String) -> String {
        let program = text.split(separator: " ", maxSplits: 1).first ?? ""
        return String((program.split(separator: "/").last ?? program).prefix(64))
    }
}

extension Device {
    /// Whether it is a GPU that NVIDIA made.
    var isNVIDIA: Bool { kind == .gpu && vendorID == 0x10DE }
}
