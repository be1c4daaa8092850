// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Calls a renderer's `watch` when it wants to be called; one timer at most is set.
final class WatchTimer {
    /// A renderer that wants to be called in the past is called this much later, so that it cannot spin the loop.
    private static let leastNanoseconds: UInt64 = 1_000_000

    private let loop: any EventLoop
    private let renderer: any PageRenderer
    private var timer: Scheduled<Void>?
    private var due = UInt64.max

    /// Makes a timer that is not set.
    init(loop: any EventLoop, renderer: any PageRenderer) {
        self.loop = loop
        self.renderer = renderer
    }

    /// Asks the renderer now, and sets the timer if it wants to be called earlier than the timer would.
    func ask() {
        let now = NIODeadline.now().uptimeNanoseconds
        guard let wanted = renderer.watch(nowNanoseconds: now), wanted < due else { return }
        timer?.cancel()
        due = wanted
        let time = min(max(wanted, now &+ Self.leastNanoseconds), UInt64(Int64.max))
        timer = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time)) { [weak self] in
            self?.fire()
        }
    }

    /// Forgets the timer.
    func cancel() {
        timer?.cancel()
        timer = nil
        due = .max
    }

    private func fire() {
        timer = nil
        due = .max
        ask()
    }
}
