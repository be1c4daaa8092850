// SPDX-License-Identifier: Apache-2.0

import KernelFiles
public import NVML
public import PCIBus

/// One GPU that NVIDIA's library is asked about, with what the last cycle brought.
///
/// Belongs to whoever holds the cycle's state: the thread of the cycle, or a collector that writes its samples.
public final class NVIDIADevice {
    /// Where it sits.
    public let address: PCIAddress
    /// The same as sysfs writes it.
    public let addressText: String
    /// The label `gpu`; nil before it has one.
    public internal(set) var gpuID: Int?
    /// Who it is; nil before it was opened for the first time.
    ///
    /// It stays while the device is lost or suspended.
    public internal(set) var identity: GPUIdentity?
    /// Whether `reading` is of this cycle.
    public internal(set) var hasValues = false
    /// What this cycle read.
    public internal(set) var reading = GPUReading()
    /// Profiling figures since the cycle before; nil where there are none.
    public internal(set) var gpm: GPMReading?
    /// The same of each MIG GPU instance, by its number.
    public internal(set) var instanceGPM: [UInt32: GPMReading] = [:]
    /// The processes with the most memory, where they are asked for.
    public internal(set) var processes: [NamedProcess] = []
    /// Whether runtime power management has it asleep, so that it was not asked.
    public internal(set) var isSuspended = false
    /// Why there are no values; nil where there are, or where there is no need of any.
    public internal(set) var failure: NVMLError?
    /// The failure that `nextProbeNanoseconds` waits after.
    var lastFailure: NVMLError?
    /// What the library says of it; nil where it does not list it.
    var condition: NVIDIAStatus.Condition?

    var handle: NVMLDevice?
    var sampler: NVMLGPMSampler?
    var instanceSamplers: [UInt32: NVMLGPMSampler] = [:]
    /// Whether a sampler was tried for in this generation.
    var hasTriedSampling = false
    /// When a device that could not be opened or was lost is tried again.
    var nextProbeNanoseconds: UInt64 = 0
    let runtimeStatus: KernelFile?

    /// A process that uses the device.
    public struct NamedProcess: Sendable, Equatable {
        /// Its number as the driver sees it.
        public let pid: UInt32
        /// Its name; empty where it has gone.
        public let name: String
        /// Device memory that it has taken.
        public let usedMemoryBytes: UInt64
    }

    init(_ address: PCIAddress, runtimeStatusPath: String?) {
        self.address = address
        addressText = address.description
        runtimeStatus = runtimeStatusPath.map { KernelFile(oneRead: $0) }
    }

    /// Forgets what this cycle has not read again.
    func beginCycle() {
        hasValues = false
        failure = nil
        gpm = nil
        instanceGPM.removeAll(keepingCapacity: true)
        processes.removeAll(keepingCapacity: true)
    }

    /// Drops everything that came from the library but who the device is.
    func dropHandles() {
        hasValues = false
        handle = nil
        sampler = nil
        instanceSamplers = [:]
        hasTriedSampling = false
    }

    /// Whether the device sleeps or is about to.
    ///
    /// Reading the file does not wake it.
    func isAsleep(from reader: inout KernelFileReader) -> Bool {
        guard let runtimeStatus else { return false }
        // Without power management, or with the device just gone, nothing sleeps.
        guard let word = try? reader.contents(of: runtimeStatus) else { return false }
        return RuntimeStatus(word: word).isAsleep
    }
}
