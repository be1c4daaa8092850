// SPDX-License-Identifier: Apache-2.0

import CNVML
import Synchronization

/// Something that a device reported by itself.
public struct NVMLEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// A message of the driver about an error, with its number.
        case xid(UInt64)
        /// The device cannot be used any more.
        case gpuUnavailable
        /// The driver wants something done; see ``GPUReading/recoveryAction``.
        case recoveryAction
        /// Anything else: the bit of its type, and its data.
        case other(type: UInt64, data: UInt64)
    }

    /// What happened.
    public var kind: Kind
    /// The name under which the device was registered; nil where the library names one that was not.
    public var device: String?
    /// The MIG GPU instance concerned.
    public var gpuInstance: UInt32?
    /// The MIG compute instance concerned.
    public var computeInstance: UInt32?
}

/// Waits for events of devices.
///
/// Made and closed by the owner of the library, filled by the threads of the devices; ``wait(milliseconds:)`` belongs to
/// a thread of its own. Closing waits until that thread is out of the library, so wait in short steps: 1,000 ms.
public final class NVMLEventSet: NVMLDependent {
    /// Xid, the device cannot be used, the driver wants something done.
    public static let usualTypes: UInt64 = 0x8 | 0x4000 | 0x8000

    private struct Shared {
        var devices: [cnvml_device: String] = [:]
    }

    private let library: LoadedLibrary?
    private let set: cnvml_event_set
    private let context: NVMLContext
    private let generation: UInt32
    private let shared = Mutex(Shared())
    private let inLibrary = Mutex(())
    private let closed = Atomic(false)

    /// False once it is closed, by a shutdown of the library too.
    public var isOpen: Bool {
        !closed.load(ordering: .acquiring)
    }

    /// Makes an empty set.
    ///
    /// - Throws: -1 where the driver has no events, 1 where the library is not initialised.
    public init(library: NVMLLibrary) throws(NVMLError) {
        guard library.isInitialized else { throw NVMLError(.staleHandle, call: "nvmlEventSetCreate") }
        context = library.context
        generation = library.generation
        self.library = library.context.library
        var made: cnvml_event_set = 0
        let code = library.context.call { unsafe cnvml_event_set_create($0.pointer, &made) }
        guard code == .success else { throw NVMLError(code, call: "nvmlEventSetCreate") }
        set = made
        context.closeBeforeShutdown(self)
    }

    deinit {
        close()
    }

    /// Registers a device, under a name, for those of `types` that it supports; gives what was registered, 0 where it
    /// supports none.
    ///
    /// From the thread of the device.
    public func register(
        _ device: NVMLDevice, as name: String, types: UInt64 = NVMLEventSet.usualTypes
    ) throws(NVMLError) -> UInt64 {
        guard isOpen, device.isAlive else { throw NVMLError(.staleHandle, call: "nvmlDeviceRegisterEvents") }
        var supported: UInt64 = 0
        var code = context.call { unsafe cnvml_u64($0.pointer, CNVML_supported_events, device.handle, &supported) }
        if code.isPermanent { return 0 }
        guard code == .success else { throw NVMLError(code, call: "nvmlDeviceGetSupportedEventTypes") }
        let wanted = types & supported
        guard wanted != 0 else { return 0 }
        code = context.call { unsafe cnvml_register_events($0.pointer, device.handle, wanted, set) }
        if code.isPermanent { return 0 }
        guard code == .success else { throw NVMLError(code, call: "nvmlDeviceRegisterEvents") }
        shared.withLock { $0.devices[device.handle] = name }
        return wanted
    }

    /// Waits for one event, at most this long; nil when none came.
    ///
    /// - Throws: -3 once the set is closed: end the thread. Anything else: the set is of no more use, 15 when a
    ///   registered device was lost.
    public func wait(milliseconds: UInt32 = 1_000) throws(NVMLError) -> NVMLEvent? {
        var event = cnvml_event()
        let code = inLibrary.withLock { _ in
            guard isOpen, let library else { return NVMLReturn.staleHandle }
            return NVMLReturn(rawValue: unsafe cnvml_event_set_wait(library.pointer, set, &event, milliseconds))
        }
        if code == .timeout { return nil }
        guard code == .success else { throw NVMLError(code, call: "nvmlEventSetWait_v2") }
        return NVMLEvent(
            kind: Self.kind(event), device: shared.withLock { $0.devices[event.device] },
            gpuInstance: Blank.none(event.gpu_instance), computeInstance: Blank.none(event.compute_instance))
    }

    /// Ends waiting and gives the set back; the library does this by itself before a shutdown.
    public func close() {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // The waiting thread is let out first: freeing a set under it is a use after free inside the driver.
        inLibrary.withLock { _ in
            context.giveBack(of: generation) { library in _ = unsafe cnvml_event_set_free(library.pointer, set) }
        }
    }

    private static func kind(_ event: cnvml_event) -> NVMLEvent.Kind {
        switch event.type {
        case 0x8: .xid(event.data)
        case 0x4000: .gpuUnavailable
        case 0x8000: .recoveryAction
        default: .other(type: event.type, data: event.data)
        }
    }
}
