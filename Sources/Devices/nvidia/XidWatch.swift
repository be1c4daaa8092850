// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import NVML
public import PCIBus
import Synchronization

/// One number of the driver's error messages about one device.
public struct XidCount: Sendable, Equatable {
    /// The device.
    public let address: PCIAddress
    /// The number of the message.
    public let xid: UInt64
    /// How often it came since this process began to watch.
    public internal(set) var count: UInt64
    /// When it came last, in milliseconds since 1970.
    public internal(set) var lastMilliseconds: UInt64
}

/// Waits for the driver's error messages in a thread of its own, and counts them.
///
/// `begin` and `isWatching` belong to the thread that owns the library; the counts outlive its generations.
final class XidWatch: Sendable {
    /// More different messages than a driver has are not believed.
    private static let most = 1_024

    private struct Content {
        var counts: [XidCount] = []
        var last: [PCIAddress: UInt64] = [:]
        /// Closed by the thread that owns the library, never by the one that waits.
        var set: NVMLEventSet?
        /// Which begin the running thread belongs to; 0 for none.
        var running: UInt64 = 0
        var begun: UInt64 = 0
    }

    private let content = Mutex(Content())

    /// Whether a thread waits.
    ///
    /// It ends by itself when the library is shut down or a registered device is lost.
    var isWatching: Bool { content.withLock { $0.running != 0 } }

    /// Registers the devices that answer and starts the thread; does nothing where none of them has events.
    func begin(_ library: NVMLLibrary, _ devices: [NVIDIADevice]) throws(NVMLError) {
        let old = content.withLock { content in
            defer { content.set = nil }
            return content.set
        }
        old?.close()
        let set = try NVMLEventSet(library: library)
        var registered = 0
        for device in devices {
            // One device that refuses must not take the others' events away; its state shows it anyway.
            if let handle = device.handle, let types = try? set.register(handle), types != 0 { registered += 1 }
        }
        guard registered > 0 else {
            set.close()
            return
        }
        let number = content.withLock {
            $0.set = set
            $0.begun &+= 1
            $0.running = $0.begun
            return $0.begun
        }
        if !DetachedThread.start("hx-nvml-xid", { [self] in wait(set, number) }) { end(number) }
    }

    /// What has come so far, with each device's last message.
    func counts() -> (counts: [XidCount], last: [PCIAddress: UInt64]) {
        content.withLock { ($0.counts, $0.last) }
    }

    private func wait(_ set: NVMLEventSet, _ number: UInt64) {
        while true {
            do throws(NVMLError) {
                guard let event = try set.wait() else { continue }
                if case .xid(let xid) = event.kind { note(xid, event.pciAddress.flatMap { PCIAddress($0) }) }
            } catch {
                break
            }
        }
        end(number)
    }

    private func end(_ number: UInt64) {
        content.withLock { if $0.running == number { $0.running = 0 } }
    }

    private func note(_ xid: UInt64, _ address: PCIAddress?) {
        guard let address else { return }
        let now = UInt64(max(0, WallClock.nanoseconds())) / 1_000_000
        content.withLock { content in
            content.last[address] = xid
            if let index = content.counts.firstIndex(where: { $0.address == address && $0.xid == xid }) {
                content.counts[index].count &+= 1
                content.counts[index].lastMilliseconds = now
            } else if content.counts.count < XidWatch.most {
                content.counts.append(XidCount(address: address, xid: xid, count: 1, lastMilliseconds: now))
            }
        }
    }
}
