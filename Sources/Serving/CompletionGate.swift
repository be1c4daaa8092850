// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Lets renderers' threads onto the event loop for as long as it lives.
///
/// A page may be finished when the server has been stopped already; a loop that is gone must not be given work.
final class CompletionGate: Sendable {
    private let isOpen = Mutex(true)
    private let loop: any EventLoop

    /// Opens a gate to a loop.
    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// Runs the work on the loop: at once when called there, not at all after `close`.
    func run(_ work: @escaping @Sendable () -> Void) {
        if loop.inEventLoop { return work() }
        isOpen.withLock { isOpen in
            if isOpen { loop.execute(work) }
        }
    }

    /// Keeps all later work out.
    func close() {
        isOpen.withLock { $0 = false }
    }
}
