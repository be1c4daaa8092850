// SPDX-License-Identifier: Apache-2.0

import NVML
import PCIBus
import Synchronization

/// NVIDIA's library as the threads of the GPUs may use it.
///
/// Its owner, `NVMLKeeper`, opens and closes it; each GPU's thread enters it for as long as it makes calls. A thread
/// that hangs stays inside, which keeps the library from being shut down under it and nobody else from entering.
final class NVMLSession: Sendable {
    private struct State {
        var library: NVMLLibrary?
        var userCount = 0
        var fault: Fault?
        /// How many devices are to be opened by their index, because the bus does not show all that the library lists.
        var slotCount = 0
        var asleep: Set<PCIAddress> = []
        /// Since when nobody has used each device that may sleep; those that are used or may not are not in it.
        var idleSince: [PCIAddress: UInt64] = [:]
    }

    /// What a call about one device said of the library as a whole.
    struct Fault {
        let error: NVMLError
        let nanoseconds: UInt64
    }

    private let state = Mutex(State())

    // MARK: For the owner

    /// Lets threads in.
    func open(_ library: NVMLLibrary, slotCount: Int) {
        state.withLock { state in
            state.library = library
            state.slotCount = slotCount
        }
    }

    /// Lets nobody in any more; true where nobody is inside, so that the library may be shut down.
    func close() -> Bool {
        state.withLock { state in
            state.library = nil
            state.fault = nil
            return state.userCount == 0
        }
    }

    /// Takes over which devices sleep.
    func update(asleep: Set<PCIAddress>) {
        state.withLock { if $0.asleep != asleep { $0.asleep = asleep } }
    }

    /// Forgets since when nobody has used the devices.
    func forgetIdleness() {
        state.withLock { $0.idleSince.removeAll(keepingCapacity: true) }
    }

    /// Whether all of the devices may sleep and nobody has used them for a time.
    ///
    /// False where there is a device without a PCI entry: nobody can say of it that it may sleep.
    func isIdle(_ devices: [PCIAddress], forNanoseconds duration: UInt64, now: UInt64) -> Bool {
        state.withLock { state in
            guard state.slotCount == 0 else { return false }
            return devices.allSatisfy { address in
                state.idleSince[address].map { now &- $0 >= duration } ?? false
            }
        }
    }

    // MARK: For the threads of the devices

    /// The library; nil where it is closed.
    ///
    /// Followed by `leave()`.
    func enter() -> NVMLLibrary? {
        state.withLock { state in
            guard let library = state.library else { return nil }
            state.userCount += 1
            return library
        }
    }

    /// The thread makes no more calls.
    func leave() {
        state.withLock { $0.userCount -= 1 }
    }

    /// Takes over what a call about a device said of the library as a whole, and lets nobody else in.
    func fail(_ error: NVMLError, _ now: UInt64) {
        state.withLock { state in
            state.library = nil
            if state.fault == nil { state.fault = Fault(error: error, nanoseconds: now) }
        }
    }

    /// Notes whether a device may sleep and nobody uses it.
    func note(isIdle: Bool, of device: PCIAddress, _ now: UInt64) {
        state.withLock { state in
            if !isIdle {
                state.idleSince[device] = nil
            } else if state.idleSince[device] == nil {
                state.idleSince[device] = now
            }
        }
    }

    // MARK: For all

    /// Whether threads are let in.
    var isOpen: Bool { state.withLock { $0.library != nil } }

    /// What a call about a device said of the library as a whole; nil where none did.
    var fault: Fault? { state.withLock(\.fault) }

    /// How many devices are to be opened by their index.
    var slotCount: Int { state.withLock(\.slotCount) }

    /// Whether runtime power management has a device asleep.
    func isAsleep(_ device: PCIAddress) -> Bool { state.withLock { $0.asleep.contains(device) } }
}
