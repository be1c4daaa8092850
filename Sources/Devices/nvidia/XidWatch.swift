// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import NVML
import Synchronization

/// One number of the driver's error messages about one device.
public struct XidCount: Sendable, Equatable {
    /// The id of the device.
    public let device: String
    /// The number of the message.
    public let xid: UInt64
    /// How often it came since this process began to watch.
    public internal(set) var count: UInt64
    /// When it came last, in milliseconds since 1970.
    public internal(set) var lastMilliseconds: UInt64
}

/// Waits for the driver's error messages in a thread of its own, and counts them.
///
/// The set of devices that are waited for is made by whoever owns the library and filled by the threads of the devices;
/// the counts outlive its generations. A device that is lost ends the wait for all, so the next cycle begins anew.
final class XidWatch: Sendable {
    /// More different messages than a driver has are not believed.
    private static let most = 1_024
    private static let longestPauseNanoseconds: UInt64 = 30_000_000_000

    private struct Content {
        var counts: [XidCount] = []
        var last: [String: UInt64] = [:]
        /// Closed by the owner of the library, never by the thread that waits.
        var set: NVMLEventSet?
        /// Which set it is, counted from 1: a device registers once with each.
        var number: UInt64 = 0
        /// Whether a thread waits for it, and whether that has ended.
        var hasThread = false
        var isOver = false
        /// How often in a row a wait ended before anything had come of it, or could not begin.
        var failureCount: UInt64 = 0
        var nextTryNanoseconds: UInt64 = 0
    }

    private let content = Mutex(Content())

    /// Makes a set for the devices to register with, where there is none that is waited for.
    ///
    /// For the owner of the library, before the devices are read. After a wait that worked the next one begins at once;
    /// after failures in a row it takes 1 s, 2 s and so on up to 30 s.
    func prepare(_ library: NVMLLibrary, _ now: UInt64) throws(NVMLError) {
        let old: NVMLEventSet?? = content.withLock { content in
            if let set = content.set, set.isOpen, !content.isOver { return nil }
            if content.isOver, content.failureCount > 0, content.nextTryNanoseconds == 0 {
                content.nextTryNanoseconds = now &+ XidWatch.pause(after: content.failureCount)
            }
            guard now >= content.nextTryNanoseconds else { return nil }
            content.nextTryNanoseconds = 0
            defer { content.set = nil }
            return .some(content.set)
        }
        guard let old else { return }
        old?.close()
        do throws(NVMLError) {
            let fresh = try NVMLEventSet(library: library)
            content.withLock { content in
                content.set = fresh
                content.number &+= 1
                content.hasThread = false
                content.isOver = false
            }
        } catch {
            content.withLock { content in
                content.failureCount &+= 1
                content.nextTryNanoseconds = now &+ XidWatch.pause(after: content.failureCount)
            }
            throw error
        }
    }

    private static func pause(after failures: UInt64) -> UInt64 {
        min(longestPauseNanoseconds, 1_000_000_000 << min(failures &- 1, 5))
    }

    /// Has the messages about a device counted; `known` is the set it is registered with.
    ///
    /// For the thread of the device.
    func register(_ handle: NVMLDevice, as id: String, known: inout UInt64) {
        let found = content.withLock { content in content.isOver ? nil : content.set.map { ($0, content.number) } }
        guard let (set, number) = found, number != known else { return }
        known = number
        // One device that refuses must not take the others' events away; its state shows it anyway.
        guard let types = try? set.register(handle, as: id), types != 0 else { return }
        let isFirst = content.withLock { content in
            guard content.number == number, !content.hasThread else { return false }
            content.hasThread = true
            return true
        }
        guard isFirst else { return }
        if !DetachedThread.start("hx-nvml-xid", { [self] in wait(set, number) }) { end(number, hasWorked: false) }
    }

    /// What has come so far.
    var counts: [XidCount] { content.withLock(\.counts) }

    /// The last message about a device.
    func last(of id: String) -> UInt64? { content.withLock { $0.last[id] } }

    private func wait(_ set: NVMLEventSet, _ number: UInt64) {
        var hasWorked = false
        while true {
            do throws(NVMLError) {
                let event = try set.wait()
                hasWorked = true
                if let event, case .xid(let xid) = event.kind, let device = event.device { note(xid, device) }
            } catch {
                // The owner of the library has closed it: nothing has failed.
                if error.code == .staleHandle { hasWorked = true }
                break
            }
        }
        end(number, hasWorked: hasWorked)
    }

    private func end(_ number: UInt64, hasWorked: Bool) {
        content.withLock { content in
            guard content.number == number else { return }
            content.isOver = true
            content.failureCount = hasWorked ? 0 : content.failureCount &+ 1
        }
    }

    private func note(_ xid: UInt64, _ device: String) {
        let now = UInt64(max(0, WallClock.nanoseconds())) / 1_000_000
        content.withLock { content in
            content.last[device] = xid
            if let index = content.counts.firstIndex(where: { $0.device == device && $0.xid == xid }) {
                content.counts[index].count &+= 1
                content.counts[index].lastMilliseconds = now
            } else if content.counts.count < XidWatch.most {
                content.counts.append(XidCount(device: device, xid: xid, count: 1, lastMilliseconds: now))
            }
        }
    }
}
