// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A place where threads hang until a test lets them go, as in a driver that does not answer.
final class Blocker: @unchecked Sendable {
    // Everything mutable is guarded by the condition.
    private let condition = NSCondition()
    private var isOpen: Bool
    private var insideNow = 0
    private var insideMost = 0
    private var entered = 0

    /// Open lets everybody through.
    init(open: Bool = false) {
        isOpen = open
    }

    /// Waits here while it is closed.
    func pass() {
        condition.withLock {
            entered += 1
            insideNow += 1
            insideMost = max(insideMost, insideNow)
            condition.broadcast()
            while !isOpen { condition.wait() }
            insideNow -= 1
            condition.broadcast()
        }
    }

    /// Lets everybody who is inside go, and everybody who comes.
    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    func close() {
        condition.withLock { isOpen = false }
    }

    /// Waits until this many threads are inside; false after 10 s.
    func waitUntil(inside count: Int) -> Bool {
        let limit = Date(timeIntervalSinceNow: 10)
        return condition.withLock {
            while insideNow != count {
                guard condition.wait(until: limit) else { return insideNow == count }
            }
            return true
        }
    }

    /// How often somebody came.
    var entries: Int { condition.withLock { entered } }
    /// How many were inside at the same time, at most.
    var mostInside: Int { condition.withLock { insideMost } }
}
