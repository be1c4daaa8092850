// SPDX-License-Identifier: Apache-2.0

import CNVML
import Synchronization

/// Takes profiling samples of a device, or of one of its MIG GPU instances, and tells what happened between two.
///
/// From Hopper on. A sample is an exchange with the device's firmware, so it costs more than a simple call.
@safe
public final class NVMLGPMSampler {
    private let device: NVMLDevice
    private let gpuInstance: UInt32?
    private let room: Room
    private var older: cnvml_gpm_sample
    private var newer: cnvml_gpm_sample
    private var hasSample = false
    private let metrics: UnsafeMutablePointer<cnvml_gpm_metrics>

    /// The room for two samples, lent by the library.
    private final class Room: NVMLDependent {
        let first: cnvml_gpm_sample
        let second: cnvml_gpm_sample
        private let context: NVMLContext
        private let generation: UInt32
        private let closed = Atomic(false)

        init(_ context: NVMLContext, generation: UInt32) throws(NVMLError) {
            var samples: (cnvml_gpm_sample, cnvml_gpm_sample) = (0, 0)
            var failure = context.call { unsafe cnvml_gpm_sample_alloc($0.pointer, &samples.0) }
            if failure == .success {
                failure = context.call { unsafe cnvml_gpm_sample_alloc($0.pointer, &samples.1) }
                if failure != .success { _ = context.call { unsafe cnvml_gpm_sample_free($0.pointer, samples.0) } }
            }
            guard failure == .success else { throw NVMLError(failure, call: "nvmlGpmSampleAlloc") }
            (first, second) = samples
            self.context = context
            self.generation = generation
            context.closeBeforeShutdown(self)
        }

        deinit { close() }

        var isOpen: Bool { !closed.load(ordering: .acquiring) }

        func close() {
            guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
            context.giveBack(of: generation) { library in
                _ = unsafe cnvml_gpm_sample_free(library.pointer, first)
                _ = unsafe cnvml_gpm_sample_free(library.pointer, second)
            }
        }
    }

    private var isOpen: Bool { room.isOpen }

    /// Makes room for two samples.
    ///
    /// - Throws: 3 where the device has no profiling metrics, -1 where the driver has none.
    public init(device: NVMLDevice, gpuInstance: UInt32? = nil) throws(NVMLError) {
        guard device.isAlive else { throw NVMLError(.staleHandle, call: "nvmlGpmQueryDeviceSupport") }
        let context = device.context
        guard context.call({ unsafe cnvml_has_gpm($0.pointer) != 0 ? 0 : -1 }) == .success else {
            throw NVMLError(.symbolMissing, call: "nvmlGpmQueryDeviceSupport")
        }
        var support = cnvml_gpm_support(version: 1, supported: 0)
        let code = context.call { unsafe cnvml_gpm_query($0.pointer, device.handle, &support) }
        guard code == .success, support.supported != 0 else {
            throw NVMLError(code == .success ? .notSupported : code, call: "nvmlGpmQueryDeviceSupport")
        }
        room = try Room(context, generation: device.generation)
        older = room.first
        newer = room.second
        self.device = device
        self.gpuInstance = gpuInstance
        unsafe metrics = .allocate(capacity: 1)
        unsafe UnsafeMutableRawPointer(metrics).initializeMemory(
            as: UInt8.self, repeating: 0, count: MemoryLayout<cnvml_gpm_metrics>.size)
    }

    deinit {
        unsafe metrics.deallocate()
    }

    /// Takes a sample and fills `reading` with what happened since the one before.
    ///
    /// False after the first sample, when there is nothing to compare with yet.
    ///
    /// - Throws: what the sample or the comparison answered; the next sample starts afresh.
    public func sample(into reading: inout GPMReading) throws(NVMLError) -> Bool {
        reading = GPMReading()
        guard isOpen, device.isAlive else { throw NVMLError(.staleHandle, call: "nvmlGpmSampleGet") }
        swap(&older, &newer)
        let context = device.context
        let code =
            if let gpuInstance {
                context.call { unsafe cnvml_gpm_mig_sample_get($0.pointer, device.handle, gpuInstance, newer) }
            } else {
                context.call { unsafe cnvml_gpm_sample_get($0.pointer, device.handle, newer) }
            }
        guard code == .success else {
            hasSample = false
            throw NVMLError(code, call: gpuInstance == nil ? "nvmlGpmSampleGet" : "nvmlGpmMigSampleGet")
        }
        guard hasSample else {
            hasSample = true
            return false
        }
        try compare(into: &reading)
        return true
    }

    /// Gives both samples back; the library does this by itself before a shutdown.
    public func close() {
        hasSample = false
        room.close()
    }

    private func compare(into reading: inout GPMReading) throws(NVMLError) {
        unsafe metrics.pointee.version = UInt32(CNVML_GPM_VERSION)
        unsafe metrics.pointee.count = UInt32(GPMReading.metrics.count)
        unsafe metrics.pointee.older = older
        unsafe metrics.pointee.newer = newer
        try unsafe withMetrics { entries throws(NVMLError) in
            for (index, metric) in GPMReading.metrics.enumerated() {
                unsafe entries[index] = cnvml_gpm_metric()
                unsafe entries[index].id = metric
                unsafe entries[index].code = NVMLReturn.staleHandle.rawValue
            }
            let code = device.context.call { unsafe cnvml_gpm_metrics_get($0.pointer, metrics) }
            guard code == .success else { throw NVMLError(code, call: "nvmlGpmMetricsGet") }
            for (index, metric) in GPMReading.metrics.enumerated() {
                let entry = unsafe entries[index]
                if entry.code == 0 { reading.set(metric, entry.value) }
            }
        }
    }

    /// The array inside the structure, which Swift sees as a tuple of 512.
    private func withMetrics(
        _ body: (UnsafeMutablePointer<cnvml_gpm_metric>) throws(NVMLError) -> Void
    ) throws(NVMLError) {
        guard let place = MemoryLayout<cnvml_gpm_metrics>.offset(of: \.metrics) else { return }
        let first = unsafe UnsafeMutableRawPointer(metrics).advanced(by: place)
        try unsafe body(first.assumingMemoryBound(to: cnvml_gpm_metric.self))
    }
}
