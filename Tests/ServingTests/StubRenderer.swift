// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pages
import Serving
import Synchronization

/// A renderer whose pages come at once, later from another thread, when told, or never.
final class StubRenderer: PageRenderer {
    enum Mode {
        case atOnce(PageAnswer)
        case fromAnotherThread(PageAnswer)
        case whenReleased(PageAnswer)
    }

    struct State {
        var requests: [PageRequest] = []
        var held: [@Sendable (PageAnswer) -> Void] = []
        var samples = 0
        var watches = 0
    }

    let state = Mutex(State())
    private let mode: Mode
    private let watchNanoseconds: UInt64?
    private let reports: [CollectorReport]

    init(
        _ mode: Mode = .atOnce(.page(Array("up 1\n".utf8))), watchNanoseconds: UInt64? = nil,
        reports: [CollectorReport] = []
    ) {
        self.mode = mode
        self.watchNanoseconds = watchNanoseconds
        self.reports = reports
    }

    func render(_ request: PageRequest, completion: @escaping @Sendable (PageAnswer) -> Void) {
        state.withLock { $0.requests.append(request) }
        switch mode {
        case .atOnce(let answer): completion(answer)
        case .fromAnotherThread(let answer): DispatchQueue.global().async { completion(answer) }
        case .whenReleased: state.withLock { $0.held.append(completion) }
        }
    }

    func watch(nowNanoseconds: UInt64) -> UInt64? {
        state.withLock { $0.watches += 1 }
        return watchNanoseconds.map { nowNanoseconds + $0 }
    }

    func sample() {
        state.withLock { $0.samples += 1 }
    }

    func collectorReports() -> [CollectorReport] { reports }

    /// Finishes what is held, from the calling thread.
    func release() {
        guard case .whenReleased(let answer) = mode else { return }
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for completion in held { completion(answer) }
    }

    /// Waits until something holds of the state; false where it does not come true in time.
    func eventually(_ condition: (borrowing State) -> Bool) -> Bool {
        for _ in 0..<2_000 {
            if state.withLock({ condition($0) }) { return true }
            pause(milliseconds: 5)
        }
        return false
    }
}
