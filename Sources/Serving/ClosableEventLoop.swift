// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// An event loop that other threads may give work to until it is closed.
///
/// A renderer may finish a page when the server has been stopped already, and a loop that has ended must not be given
/// work.
final class ClosableEventLoop: Sendable {
    /// The loop itself, for those who run on it.
    let eventLoop: any EventLoop

    private let isOpen = Mutex(true)

    /// Makes a loop that is open.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Runs the work on the loop: at once when called there, not at all after `close`.
    func execute(_ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { return work() }
        isOpen.withLock { isOpen in
            if isOpen { eventLoop.execute(work) }
        }
    }

    /// Refuses all later work of other threads.
    func close() {
        isOpen.withLock { $0 = false }
    }
}
